import type { Permissions } from '../../core/action.ts'
import { quote, quoteAll } from '../../core/quote.ts'
import { streamedOf, type Layout, type Staged } from './layout.ts'
import { sumFor } from '../shell/fast-sum.ts'
import { sizeOf, type Numbered } from '../files/batch.ts'

/** One command over several paths, done at once, and one by one where that fails. */
interface Group {
  readonly command: readonly string[]
  readonly paths: readonly string[]
  /** Of the actions that the paths belong to. */
  readonly indexes: readonly number[]
  /** What becomes of a path when it fails: what is staged is dropped, so that it is not put in place. */
  readonly onFailure: 'drop' | 'keep'
}

/** What the host runs once all has arrived, and how its report is to be read. */
export interface Commit {
  /** A shell function, so that a script that did not arrive whole does nothing. */
  readonly script: string
  /** Checksums for `sha256sum -c`, of what arrives in the stream. */
  readonly sums: string
  readonly groups: readonly Group[]
}

const octal = (mode: number): string => mode.toString(8).padStart(5, '0')

/** The script that checks what has arrived and puts it in place. */
export function commitOf({ folders, files }: Layout, others: readonly Numbered[]): Commit {
  const withUploads = files.filter(({ uploaded }) => uploaded !== undefined)
  const streamed = streamedOf(files)
  const odd = files.filter(({ key, arrives }) => key !== arrives)
  const groups: Group[] = []
  const each = (found: readonly Group[]): readonly string[] =>
    found.map((group) => {
      groups.push(group)
      return `c() { ${quoteAll(group.command)} "$@"; }\neach ${groups.length - 1} ${group.onFailure} ${quoteAll(group.paths)}`
    })
  const sums = streamed.map(({ write, arrives }) => `${write.digest}  ${arrives}\n`).join('')
  const lines = [
    'cd "$R" || return 1',
    ...(withUploads.length > 0 ? [sumFor(sizeOf(withUploads.map(({ write }) => write)))] : []),
    ...withUploads.map(
      ({ uploaded = '', arrives, index, write: { digest } }) =>
        `take ${quote(uploaded)} ${quote(arrives)} ${index} ${digest}`,
    ),
    ...(streamed.length > 0 ? [`verify ${streamed.length} || return 1`] : []),
    ...odd.map(({ arrives, key, index }) => `name ${quote(arrives)} ${quote(key)} ${index}`),
    ...each(ownerGroups(files.map(asStaged))),
    ...likeLines(files),
    ...each(modeGroups(files.filter(needsMode).map(asStaged))),
    ...each(
      oneGroup(
        ['mkdir', '-p', '--'],
        others.filter(({ action }) => action.do === 'directory'),
      ),
    ),
    ...folders.map((folder, number) => `place d${number} ${quote(folder)}`),
    ...each(ownerGroups(others.flatMap(asPermitted))),
    ...each(modeGroups(others.flatMap(asPermitted))),
    ...each(
      oneGroup(
        ['rm', '-f', '--'],
        others.filter(({ action }) => action.do === 'delete'),
      ),
    ),
    ...each(
      oneGroup(
        ['remove_empty'],
        others.filter(({ action }) => action.do === 'delete-empty-folder'),
      ),
    ),
  ]
  return { script: `commit() {\n${lines.join('\n')}\n}\n`, sums, groups }
}

interface Subject {
  readonly path: string
  readonly index: number
  readonly rights: Permissions
  readonly onFailure: Group['onFailure']
}

const asStaged = ({ key, index, write }: Staged): Subject => ({
  path: key,
  index,
  rights: { ...write, mode: write.mode ?? defaultMode },
  onFailure: 'drop',
})

const asPermitted = ({ path, index, action }: Numbered): readonly Subject[] =>
  action.do === 'directory' || action.do === 'permit'
    ? [{ path, index, rights: action, onFailure: 'keep' }]
    : []

/** Of a new file when nothing is said. */
export const defaultMode = 0o644

/**
 * With which mode a file arrives: without the special bits, which a change of owner would take away, and one that can be summed up by
 * those who are not root. tar-stream takes 0 for none.
 */
export const stagedMode = (mode = defaultMode): number => (mode & 0o400 ? mode & 0o777 : 0o600)

/** The tar stream sets modes; but not of uploads, nor those that a file does not arrive with. */
const needsMode = ({ write: { mode }, uploaded }: Staged): boolean =>
  mode !== undefined && (uploaded !== undefined || mode !== stagedMode(mode))

function ownerGroups(subjects: readonly Subject[]): readonly Group[] {
  const spec = ({ rights: { owner = '', group } }: Subject) =>
    group === undefined ? owner : `${owner}:${group}`
  return grouped(subjects, spec).flatMap(([owner, some]) =>
    owner === '' ? [] : chunks(['chown', '--', owner], some),
  )
}

const modeGroups = (subjects: readonly Subject[]): readonly Group[] =>
  grouped(subjects, ({ rights: { mode } }) => (mode === undefined ? '' : octal(mode))).flatMap(
    ([mode, some]) => (mode === '' ? [] : chunks(['chmod', mode, '--'], some)),
  )

const oneGroup = (command: readonly string[], actions: readonly Numbered[]): readonly Group[] =>
  chunks(
    command,
    actions.map(({ path, index }) => ({ path, index, rights: none, onFailure: 'keep' })),
  )

const none: Permissions = { mode: undefined, owner: undefined, group: undefined }

/** So that a command line stays far below the 2 MB that Linux allows. Characters, of which each may be 4 bytes. */
const mostOnLine = 200_000

function chunks(command: readonly string[], subjects: readonly Subject[]): readonly Group[] {
  const found: Subject[][] = []
  let size = mostOnLine
  for (const subject of subjects) {
    size += subject.path.length + 1
    if (size > mostOnLine) {
      found.push([])
      size = 0
    }
    found.at(-1)?.push(subject)
  }
  return found.map((some) => ({
    command,
    paths: some.map(({ path }) => path),
    indexes: some.map(({ index }) => index),
    onFailure: some[0]?.onFailure ?? 'keep',
  }))
}

/** What is not said about a file that is replaced stays as it was; in folders that were not there it replaces none. */
function likeLines(files: readonly Staged[]): readonly string[] {
  const flags = ({ write: { mode, owner, group } }: Staged) =>
    [mode, owner, group].map((right) => (right === undefined ? 1 : 0)).join(' ')
  const withUnsaid = files.filter(({ write: { mode, owner, group } }) =>
    [mode, owner, group].includes(undefined),
  )
  return grouped(withUnsaid, flags).flatMap(([said, some]) => [
    'set --',
    ...grouped(some, ({ key }) => key.slice(0, key.indexOf('/'))).map(
      ([folder, those]) =>
        `was ${folder} && set -- "$@" ${quoteAll(those.flatMap(({ key, target }) => [key, target]))}`,
    ),
    `like ${said} "$@"`,
  ])
}

function grouped<T>(
  items: readonly T[],
  key: (item: T) => string,
): readonly (readonly [string, readonly T[]])[] {
  const found = new Map<string, T[]>()
  for (const item of items) {
    const group = found.get(key(item))
    if (group) group.push(item)
    else found.set(key(item), [item])
  }
  return [...found]
}
