import type { BuiltArtifact, LocalFile } from '../build/index.ts'
import { digestOf } from '../digest.ts'
import type { WantedFile } from '../files.ts'
import type { MountedFile } from '../mount.ts'
import { above, folderOf, writeManifest, type Manifest } from './manifest.ts'

/** Built content at its place on a host: a file, or a folder with all that is in it. */
export interface Mirror {
  readonly title: string
  readonly to: string
  readonly source: BuiltArtifact
  /** Of files; undefined is 0644, or 0755 for what is executable here. */
  readonly fileMode: number | undefined
  /** Undefined leaves those that are there as they are, and makes others 0755. */
  readonly folderMode: number | undefined
  readonly owner: string | undefined
  readonly group: string | undefined
  /** Named first when asked why it differs; nothing for content that was not built. */
  readonly because: readonly string[]
  /** Path of the manifest on the host. */
  readonly manifest: string
  /** Paths below it that other resources are about: folders among them are theirs, whoever puts files there. */
  readonly inner: readonly string[]
}

/** The path of what is in it, by its path relative to it. */
export const below = (root: string, path: string): string => (path === '' ? root : `${root}/${path}`)

/** Folders that have to be there, relative, outer ones first; none for a single file. */
export function mirroredFolders({ to, source, inner }: Pick<Mirror, 'to' | 'source' | 'inner'>): string[] {
  if (source.type === 'file') return []
  const others = new Set(inner)
  // Many files are in few folders.
  const holding = new Set(source.files.map(({ path }) => folderOf(path)))
  const all = new Set([...holding].flatMap((folder) => [...above(folder), folder]))
  return [...all.add('')].filter((path) => !others.has(below(to, path))).sort()
}

/** The files that it puts there; absolute paths. */
export const mirroredFiles = ({ to, source }: Pick<Mirror, 'to' | 'source'>): readonly string[] =>
  source.files.map(({ path }) => below(to, path))

export const wantedFolder = ({ to, folderMode, owner, group }: Mirror, path: string) => ({
  path: below(to, path),
  mode: folderMode,
  owner,
  group,
})

export function wantedFile(
  mirror: Mirror,
  { path, source, digest, size, executable }: LocalFile,
): WantedFile {
  const { to, fileMode, owner, group, because } = mirror
  const mode = fileMode ?? (executable ? 0o755 : 0o644)
  return {
    path: below(to, path),
    content: { from: 'file', path: source },
    digest,
    size,
    mode,
    owner,
    group,
    because,
  }
}

/** The manifest when all is done; none is needed for a single file, whose path the playbook names. */
export const wantedManifest = (mirror: Pick<Mirror, 'to' | 'source' | 'inner'>): Manifest | undefined =>
  mirror.source.type === 'file'
    ? undefined
    : {
        files: mirror.source.files.map(({ path }) => path).sort(),
        folders: mirroredFolders(mirror).filter((path) => path !== ''),
      }

/** The manifest as a file of the host, which changes when files come or go. */
export function noteOf(
  mirror: Pick<Mirror, 'to' | 'source' | 'inner' | 'manifest'>,
): MountedFile | undefined {
  const manifest = wantedManifest(mirror)
  return manifest && { path: mirror.manifest, digest: digestOf(writeManifest(manifest)) }
}
