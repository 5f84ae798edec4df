import { ProvisionError } from '../error.ts'
import type { Stat } from '../probe.ts'
import { above, type Manifest, type Obsolete } from './manifest.ts'
import { below, mirroredFolders, type Mirror } from './wanted.ts'

/** What is there now in the places of a mirror, in the order of `mirroredFolders` and of the source's files. */
export interface Found {
  readonly folders: readonly (Stat | undefined)[]
  readonly files: readonly (Stat | undefined)[]
}

/**
 * Its own former folders that are still there and in whose places it wants files; paths relative to it.
 * @param before read only where there is a folder in the place of a file
 */
export function foldersToReplace(
  { source }: Mirror,
  { files }: Found,
  before: () => Manifest | undefined,
): readonly string[] {
  const there = source.files.filter((_, i) => files[i]?.type === 'directory')
  if (there.length === 0) return []
  const own = new Set(before()?.folders)
  return there.flatMap(({ path }) => (own.has(path) ? [path] : []))
}

/**
 * Refuses to take away a folder of its own that holds more by now, before anything in it is deleted.
 * @param inside what is in it, relative to it
 * @throws ProvisionError `conflict` that names that
 */
export function refuseStrange(
  { title, to }: Mirror,
  folder: string,
  inside: readonly string[],
  before: Manifest | undefined,
): void {
  const own = new Set([...(before?.files ?? []), ...(before?.folders ?? [])])
  const strange = inside.filter((path) => !own.has(`${folder}/${path}`))
  if (strange.length === 0) return
  const more = strange.length > mostShown ? [`${strange.length - mostShown} more`] : []
  const shown = [...strange.slice(0, mostShown), ...more].join(', ')
  throw new ProvisionError(
    'conflict',
    `${title}: ${below(to, folder)} is a directory there, not a file, and holds what it did not put there: ${shown}`,
    { help: 'move that away on the host, or call the file otherwise' },
  )
}

/** Of many things, the first ones tell enough. */
const mostShown = 3

/** What is obsolete, without that in whose place a run that was killed has put already what is wanted there. */
export function withoutReplaced(mirror: Mirror, found: Found, obsolete: Obsolete): Obsolete {
  if (obsolete.blocking.length === 0) return obsolete
  const folders = new Map(mirroredFolders(mirror).map((path, i) => [path, found.folders[i]?.type]))
  const files = new Map(mirror.source.files.map(({ path }, i) => [path, found.files[i]?.type]))
  const isFolderGone = (path: string) => files.has(path) && files.get(path) !== 'directory'
  const isBelowGone = (path: string) => above(path).some(isFolderGone)
  const left = {
    files: obsolete.files.filter((path) => folders.get(path) !== 'directory' && !isBelowGone(path)),
    folders: obsolete.folders.filter((path) => !isFolderGone(path) && !isBelowGone(path)),
  }
  const still = new Set([...left.files, ...left.folders])
  return { ...left, blocking: obsolete.blocking.filter((path) => still.has(path)) }
}
