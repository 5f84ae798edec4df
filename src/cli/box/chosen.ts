import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isProvisionError, ProvisionError } from '../../core/error.ts'
import { short } from '../../core/digest.ts'
import { didYouMean } from '../../core/text/suggest.ts'
import type { Context } from '../call/context.ts'
import { playbookMeant } from '../playbook/workspace.ts'
import { isPath, projectAround } from '../playbook/project.ts'
import type { BakeTarget, BoxEntry } from '../wiring.ts'

/**
 * What to bake: the default playbook's box without a word, else a playbook, else a box, by name or path.
 * @throws ProvisionError `usage` when there is neither
 */
export async function bakeTarget(word: string | undefined, context: Context): Promise<BakeTarget> {
  playbookMeant(word, context.globals)
  const file = word === undefined ? undefined : boxFile(word, context.cwd)
  if (file === undefined) return { from: 'playbook', workspace: await playbookOrBox(word, context) }
  const projectDir = projectAround(context.cwd)?.dir ?? context.cwd
  const cacheDir = join(projectDir, '.provision', 'cache')
  const { loadBox } = await import('../playbook/load.ts')
  return { from: 'box', box: await loadBox(file, cacheDir), projectDir, cacheDir }
}

async function playbookOrBox(word: string | undefined, context: Context) {
  try {
    return await context.workspace(word)
  } catch (error) {
    if (word === undefined || isPath(word) || !isProvisionError(error) || error.code !== 'usage') throw error
    const project = projectAround(context.cwd)
    if (!project || project.names.includes(word)) throw error
    throw new ProvisionError('usage', `there is no playbook and no box ${JSON.stringify(word)}`, {
      help: didYouMean(word, [...project.names, ...boxesIn(project.dir)]),
    })
  }
}

/** The file of a box, where a word means one; a playbook of the same name goes first. */
function boxFile(word: string, cwd: string): string | undefined {
  if (isPath(word)) {
    const path = resolve(cwd, word)
    const file = path.endsWith('box.ts') ? path : join(path, 'box.ts')
    return existsSync(file) ? file : undefined
  }
  const project = projectAround(cwd)
  if (!project || project.names.includes(word)) return undefined
  const file = join(project.dir, 'boxes', word, 'box.ts')
  return existsSync(file) ? file : undefined
}

function boxesIn(dir: string): string[] {
  try {
    return readdirSync(join(dir, 'boxes')).filter((name) => existsSync(join(dir, 'boxes', name, 'box.ts')))
  } catch {
    // No such folder: no boxes.
    return []
  }
}

/**
 * The baked box that a word means: the newest of a name, or the one whose digest begins so; without a word the only one.
 * @throws ProvisionError `usage` when none or several are meant
 */
export function boxCalled(word: string | undefined, boxes: readonly BoxEntry[]): BoxEntry {
  const known = [...new Set(boxes.map(({ name }) => name))]
  if (word === undefined) {
    const [only, ...others] = boxes
    if (only && others.length === 0) return only
    throw new ProvisionError('usage', boxes.length === 0 ? 'no box is baked yet' : 'which box?', {
      help:
        boxes.length === 0
          ? 'provision box bake'
          : didYouMean(
              '',
              boxes.map(({ digest }) => short(digest)),
            ),
    })
  }
  const bare = word.replace(/^sha256:/, '')
  const byDigest = boxes.filter(
    ({ digest }) => bare.length >= 4 && short(digest).startsWith(bare.slice(0, 12)),
  )
  const found = boxes.find(({ name }) => name === word) ?? (byDigest.length === 1 ? byDigest[0] : undefined)
  if (found) return found
  throw new ProvisionError('usage', `there is no baked box ${JSON.stringify(word)}`, {
    help: didYouMean(word, known),
  })
}
