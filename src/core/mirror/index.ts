import type { Action } from '../action.ts'
import { changeOf, type Change } from '../change.ts'
import { digestOf, short } from '../digest.ts'
import { ProvisionError } from '../error.ts'
import { fileActions, fileChanges, folderActions, folderChanges, refuseOthers, statProbe } from '../files.ts'
import {
  above,
  folderOf,
  obsoletePaths,
  readManifest,
  union,
  writeManifest,
  type Manifest,
  type Obsolete,
} from './manifest.ts'
import type { Beside, Placed, Remedy } from '../module.ts'
import type { Answers, Stat } from '../probe.ts'
import { foldersToReplace, refuseStrange, withoutReplaced, type Found } from './replaced.ts'
import { below, mirroredFolders, wantedFile, wantedFolder, wantedManifest, type Mirror } from './wanted.ts'

type Write = Extract<Action, { readonly do: 'write' }>

/** What is there now. */
export interface MirrorState extends Found {
  readonly manifest: Manifest | undefined
  /** What it put there before, and nobody puts there any more. */
  readonly obsolete: Obsolete
}

/** What to ask a host about a mirror. */
export const mirrorProbes = (mirror: Mirror) => ({
  folders: mirroredFolders(mirror).map((path) => statProbe(wantedFolder(mirror, path))),
  files: mirror.source.files.map(({ path, size }) =>
    statProbe({ path: below(mirror.to, path), owner: mirror.owner, group: mirror.group }, size),
  ),
  manifest: mirror.source.type === 'file' ? [] : [{ ask: 'read', path: mirror.manifest } as const],
})

interface MirrorAnswers extends Found {
  readonly manifest: readonly Answers['read'][]
}

/** Folders to look into: those of its own that are to become files. */
export const mirrorLooks = (answers: MirrorAnswers, mirror: Mirror): readonly string[] =>
  foldersToReplace(mirror, answers, () => manifestIn(answers, mirror)).map((path) => below(mirror.to, path))

/**
 * The state from the answers.
 * @throws ProvisionError `conflict` when root keeps the manifest, and this login is not root; and when what others put there would
 * have to go
 */
export function mirrorState(answers: MirrorAnswers, mirror: Mirror, { placed, inside }: Beside): MirrorState {
  const manifest = manifestIn(answers, mirror)
  for (const folder of foldersToReplace(mirror, answers, () => manifest))
    refuseStrange(mirror, folder, inside.get(below(mirror.to, folder)) ?? [], manifest)
  const obsolete = withoutReplaced(mirror, answers, obsoletePaths(wantedManifest(mirror), manifest))
  return { ...answers, manifest, obsolete: withoutTaken(mirror, obsolete, placed) }
}

function manifestIn({ manifest: [note] }: MirrorAnswers, mirror: Mirror): Manifest | undefined {
  if (typeof note === 'object') throw keptByRoot(mirror)
  return readManifest(note)
}

const keptByRoot = ({ title, manifest }: Mirror): ProvisionError =>
  new ProvisionError(
    'conflict',
    `${title}: it was put there with rights of root, which this login has not; what it put there is listed in ${manifest}`,
    {
      help: 'let it become root again, or move that list to ~/.provision-trees of this login, as a file of its own',
    },
  )

/** What others put there now is theirs: it is forgotten, and not deleted; so are the folders that it is in. */
function withoutTaken({ to, inner }: Mirror, obsolete: Obsolete, placed: Placed): Obsolete {
  const { files, folders, blocking } = obsolete
  if (files.length + folders.length === 0) return obsolete
  const theirs = placed()
  const holding = new Set([...inner, ...[...inner, ...theirs].flatMap(above)])
  return {
    files: files.filter((path) => !theirs.has(below(to, path))),
    folders: folders.filter((path) => !holding.has(below(to, path))),
    blocking,
  }
}

/** What differs, named by file. */
export function mirrorChanges(mirror: Mirror, state: MirrorState): readonly Change[] {
  if (mirror.source.type === 'folder' && isMissing(state))
    return changeOf('content', undefined, `${mirror.source.files.length} files`)
  const { obsolete } = state
  const inTheWay = new Set(obsolete.blocking)
  const replaced = (path: string, stat: Stat | undefined) => (inTheWay.has(path) ? undefined : stat)
  const named = (path: string) => (field: string) => (path === '' ? field : `${path} ${field}`)
  const changes = [
    ...mirroredFolders(mirror).flatMap((path, i) => {
      const stat = replaced(path, state.folders[i])
      refuseOthers(mirror.title, below(mirror.to, path), 'directory', stat)
      return folderChanges(wantedFolder(mirror, path), stat, named(path))
    }),
    ...mirror.source.files.flatMap((file, i) => {
      const stat = replaced(file.path, state.files[i])
      refuseOthers(mirror.title, below(mirror.to, file.path), 'file', stat)
      return fileChanges(wantedFile(mirror, file), stat, named(file.path))
    }),
    ...obsolete.files.map((path) => ({
      field: `${path} content`,
      from: 'put there before',
      to: undefined,
    })),
  ]
  return changes.length > 0 ? changes : manifestChanges(mirror, state)
}

/** Says that the list of what was put there is to be mended, where that alone differs. */
function manifestChanges(mirror: Mirror, { manifest }: MirrorState): readonly Change[] {
  const show = (one: Manifest | undefined) => one && short(digestOf(writeManifest(one)))
  return changeOf('manifest', show(manifest), show(wantedManifest(mirror)))
}

/** What makes it so. A killed run leaves a manifest that names all it may have put there, so that nothing is forgotten. */
export function mirrorRemedy(mirror: Mirror, state: MirrorState): Remedy {
  const { obsolete } = state
  const inTheWay = new Set(obsolete.blocking)
  const stat = (path: string, found: Stat | undefined) => (inTheWay.has(path) ? undefined : found)
  const wanted = wantedManifest(mirror)
  const put = byFolder([
    ...mirroredFolders(mirror).map((path, i) => ({
      folder: path,
      actions: folderActions(wantedFolder(mirror, path), stat(path, state.folders[i])),
    })),
    ...mirror.source.files.map((file, i) => ({
      folder: folderOf(file.path),
      actions: fileActions(wantedFile(mirror, file), stat(file.path, state.files[i])),
    })),
  ])
  const remove = removals(mirror, obsolete)
  const meanwhile = wanted && union(wanted, obsolete)
  const actions = [
    ...(meanwhile ? keepManifest(mirror, state.manifest, meanwhile) : []),
    ...remove.blocking,
    ...put,
    ...remove.later,
    ...(wanted ? keepManifest(mirror, meanwhile, wanted).map(sealing) : []),
  ]
  return { operation: isMissing(state) ? 'create' : 'update', actions }
}

interface Put {
  readonly folder: string
  readonly actions: readonly Action[]
}

/** Each folder with what goes into it: whoever does some of it after the other makes no folder long before it is filled. */
const byFolder = (all: readonly Put[]): readonly Action[] =>
  all
    .filter(({ actions }) => actions.length > 0)
    .toSorted((a, b) => (a.folder === b.folder ? 0 : a.folder < b.folder ? -1 : 1))
    .flatMap(({ actions }) => actions)

const isMissing = ({ folders, files }: MirrorState): boolean =>
  [...folders, ...files].every((found) => found === undefined)

/** What could not be deleted must not be forgotten. */
const sealing = (write: Write): Write => ({ ...write, seals: true })

/** Writes a manifest where it is not there already. */
function keepManifest(mirror: Mirror, before: Manifest | undefined, after: Manifest): readonly Write[] {
  const text = writeManifest(after)
  if (before && writeManifest(before) === text) return []
  return [
    {
      do: 'write',
      path: mirror.manifest,
      content: { from: 'text', text },
      digest: digestOf(text),
      size: Buffer.byteLength(text),
      mode: 0o600,
      owner: undefined,
      group: undefined,
    },
  ]
}

/** Inner folders before outer ones, and what is in the way before what can wait until the new files are there. */
function removals({ to }: Mirror, { files, folders, blocking }: Obsolete) {
  const remove = (path: string): Action => ({ do: 'delete', path: below(to, path) })
  const removeFolder = (path: string): Action => ({ do: 'delete-empty-folder', path: below(to, path) })
  const pick = (wanted: (path: string) => boolean) => [
    ...files.filter(wanted).map(remove),
    ...folders.filter(wanted).toSorted().reverse().map(removeFolder),
  ]
  const first = new Set(blocking)
  return { blocking: pick((path) => first.has(path)), later: pick((path) => !first.has(path)) }
}
