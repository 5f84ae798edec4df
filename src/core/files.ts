import type { Action, Content, Permissions } from './action.ts'
import { changeOf, type Change } from './change.ts'
import { short, type Digest } from './digest.ts'
import { ProvisionError } from './error.ts'
import type { Stat } from './probe.ts'

/** A file as it should be on a host. */
export interface WantedFile extends Permissions {
  readonly path: string
  readonly content: Content
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  /** How it came to be so. */
  readonly because: readonly string[]
}

/** A folder as it should be on a host; one that is there keeps each right of which nothing is said. */
export interface WantedFolder extends Permissions {
  readonly path: string
}

/** What to ask a host about a file, of which so many bytes should be there, or about a folder. */
export const statProbe = (
  { path, owner, group }: { readonly path: string } & Omit<Permissions, 'mode'>,
  size?: number,
) => ({ ask: 'stat', path, size, names: owner !== undefined || group !== undefined }) as const

/** Names a field of one of several files: `css/site.css content`. */
export type FieldName = (field: string) => string

const plainField: FieldName = (field) => field

export const showMode = (mode: number): string => `0${mode.toString(8).padStart(3, '0')}`

/** What differs between a file and what is there. */
export function fileChanges(
  wanted: WantedFile,
  stat: Stat | undefined,
  name: FieldName = plainField,
): readonly Change[] {
  const { digest, content, because } = wanted
  const isFile = stat?.type === 'file'
  if (isFile && stat.digest === digest) return permissionChanges(wanted, stat, name)
  const hidden = content.from === 'text' && typeof content.text !== 'string'
  const before = isFile ? short(stat.digest ?? 'unreadable') : stat?.type
  const change = {
    field: name('content'),
    from: hidden && isFile ? '[secret]' : before,
    to: hidden ? '[secret]' : short(digest),
  }
  const first = isFile && because.length > 0 ? { ...change, because } : change
  return isFile ? [first, ...permissionChanges(wanted, stat, name)] : [first]
}

/** What makes a file so; nothing when it is. */
export function fileActions(wanted: WantedFile, stat: Stat | undefined): readonly Action[] {
  const { path, content, digest, size, mode, owner, group } = wanted
  const write = { do: 'write', path, content, digest, size, mode, owner, group } as const
  if (stat === undefined) return [{ ...write, isNew: true }]
  if (stat.type !== 'file' || stat.digest !== digest) return [write]
  return permitActions(wanted, stat)
}

/** What differs between a folder and what is there. */
export const folderChanges = (
  wanted: WantedFolder,
  stat: Stat | undefined,
  name: FieldName = plainField,
): readonly Change[] =>
  stat?.type === 'directory'
    ? permissionChanges(wanted, stat, name)
    : changeOf(name('type'), stat?.type, 'directory')

/** Of a folder that is made, where nothing is said. */
const madeFolderMode = 0o755

/** What makes a folder so; nothing when it is. */
export function folderActions(wanted: WantedFolder, stat: Stat | undefined): readonly Action[] {
  const { path, mode = madeFolderMode, owner, group } = wanted
  if (stat?.type !== 'directory') return [{ do: 'directory', path, mode, owner, group }]
  return permitActions(wanted, stat)
}

/**
 * Refuses what would have to be removed first and may hold what nobody has elsewhere. A link in the place of a file is
 * only replaced.
 */
export function refuseOthers(
  title: string,
  path: string,
  wanted: 'file' | 'directory',
  stat: Stat | undefined,
) {
  if (stat === undefined || stat.type === wanted || (wanted === 'file' && stat.type === 'link')) return
  const kind = stat.type === 'other' ? 'a device, socket or pipe' : `a ${stat.type}`
  throw new ProvisionError('conflict', `${title}: ${path} is ${kind} there, not a ${wanted}`, {
    help: 'move it away on the host, or choose another path in the playbook',
  })
}

const permissionChanges = (wanted: Permissions, stat: Stat, name: FieldName): readonly Change[] => [
  ...(wanted.mode === undefined ? [] : changeOf(name('mode'), showMode(stat.mode), showMode(wanted.mode))),
  ...(isSaid(wanted.owner, stat.ownerId) ? changeOf(name('owner'), stat.owner, wanted.owner) : []),
  ...(isSaid(wanted.group, stat.groupId) ? changeOf(name('group'), stat.group, wanted.group) : []),
]

/** Whether a name is to be compared: something is said, and not just the number that is there. */
const isSaid = (wanted: string | undefined, id: string | undefined): boolean =>
  wanted !== undefined && wanted !== id

function permitActions(wanted: WantedFolder, stat: Stat): readonly Action[] {
  const { path, mode, owner, group } = wanted
  return permissionChanges(wanted, stat, plainField).length > 0
    ? [{ do: 'permit', path, mode, owner, group }]
    : []
}
