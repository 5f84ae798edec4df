import { readdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { digestOfFiles, type BuiltArtifact, type Folder, type LocalFile } from '../../core/build/index.ts'
import { ProvisionError } from '../../core/error.ts'
import { localPath } from '../../core/build/local.ts'
import type { DigestCache, FileFacts } from './digest-cache.ts'
import { statThere } from './stat-there.ts'

/** Reads a folder or a single file that lies here. */
export async function readFolder(
  { path, exclude }: Folder,
  playbookDir: string,
  digests: DigestCache,
): Promise<BuiltArtifact> {
  const source = localPath(path, playbookDir)
  const built = await readContent(source, exclude, digests)
  if (built) return { name: basename(source), ...built, made: 'before', changed: [] }
  throw new ProvisionError('playbook', `${source}: there is no such file or folder`, {
    help: 'correct the path in the playbook',
  })
}

/** The regular files at a path, and a digest of all of them; undefined when nothing is there. */
export async function readContent(
  source: string,
  exclude: readonly string[],
  digests: DigestCache,
): Promise<Pick<BuiltArtifact, 'type' | 'files' | 'digest'> | undefined> {
  const stats = statThere(source)
  if (!stats) return undefined
  const type = stats.isDirectory() ? 'folder' : 'file'
  const paths = type === 'file' ? [''] : filesBelow(source, await excluding(exclude))
  const sources = paths.map((path) => (path === '' ? source : join(source, path)))
  const facts = await digests.of(sources)
  const files = paths.map((path, i) => localFile(path, sources[i] ?? source, facts[i]))
  const [single] = files
  return { type, files, digest: type === 'file' && single ? single.digest : digestOfFiles(files) }
}

/** What knows of patterns is loaded only where there are any: it takes longer than reading a small folder. */
async function excluding(patterns: readonly string[]): Promise<(path: string) => boolean> {
  if (patterns.length === 0) return () => false
  const { default: picomatch } = await import('picomatch')
  return picomatch([...patterns], { dot: true })
}

function localFile(path: string, source: string, facts: FileFacts | undefined): LocalFile {
  if (!facts) throw new ProvisionError('build', `${source}: its content was not read`)
  return { path, source, ...facts }
}

/** Links are followed, as a host would have to be able to; sorted by path. */
function filesBelow(root: string, isExcluded: (path: string) => boolean): string[] {
  const files: string[] = []
  const walk = (folder: string, prefix: string, above: readonly string[]): void => {
    const real = realpathSync(folder)
    if (above.includes(real)) {
      throw new ProvisionError('build', `${folder}: a link to a folder that it is in`, {
        help: 'exclude it or take the link away',
      })
    }
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = prefix + entry.name
      if (isExcluded(path)) continue
      const source = join(folder, entry.name)
      const target = entry.isSymbolicLink() ? statThere(source) : entry
      // Emacs marks a file that is being edited by a link to nothing beside it.
      if (!target && entry.name.startsWith('.#')) continue
      if (target?.isDirectory()) walk(source, `${path}/`, [...above, real])
      else files.push(path)
    }
  }
  walk(root, '', [])
  return files.sort()
}
