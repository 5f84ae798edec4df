import { join } from 'node:path'
import { ProvisionError } from '../../core/error.ts'
import { nearest } from '../../core/text/suggest.ts'

/**
 * The files that glob patterns match, as paths relative to a folder with `/`, sorted. Patterns with `!` take out; so is
 * the output, which a build that reads its own product would otherwise never be done with.
 * @throws ProvisionError `playbook` that names a pattern that matches nothing
 */
export async function inputFiles(
  what: string,
  folder: string,
  patterns: readonly string[],
  output: string,
): Promise<readonly string[]> {
  const { escapePath, glob } = await import('tinyglobby')
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'))
  const without = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  const product = escapePath(output)
  if (wanted.length === 0) {
    throw new ProvisionError('playbook', `${what}: its inputs name no files`, {
      help: 'list in `inputs` what it is built from, such as "src/**"',
    })
  }
  const options = { cwd: folder, dot: true, onlyFiles: true, ignore: [...without, product, `${product}/**`] }
  const found = await Promise.all(wanted.map((pattern) => glob([pattern], options)))
  const empty = wanted.filter((_, i) => found[i]?.length === 0)
  if (empty.length > 0) throw await nothingFound(what, folder, empty)
  return [...new Set(found.flat())].sort()
}

async function nothingFound(
  what: string,
  folder: string,
  patterns: readonly string[],
): Promise<ProvisionError> {
  const names = patterns.map((pattern) => JSON.stringify(pattern)).join(', ')
  const first = patterns[0]?.split('/')[0] ?? ''
  const { glob } = await import('tinyglobby')
  const entries = await glob(['*'], { cwd: folder, onlyFiles: false, expandDirectories: false })
  const near = nearest(
    first,
    entries.map((entry) => entry.replace(/\/$/, '')),
  )
  return new ProvisionError('playbook', `${what}: the inputs ${names} match no file in ${join(folder)}`, {
    help:
      near === undefined || near === first
        ? 'correct the pattern in `inputs`'
        : `did you mean ${JSON.stringify(near)}?`,
  })
}
