import { canonicalJson, digestOfValue } from '../digest.ts'
import type { Scope } from '../facts.ts'

/** What a mirrored folder put on a host: kept there, so that only that is ever deleted. All paths are relative to it. */
export interface Manifest {
  readonly files: readonly string[]
  /** Folders that were made for them. */
  readonly folders: readonly string[]
}

/** Where manifests lie on a host; for a login that may not write there, its transport has another place. */
export const manifestFolder = '/var/lib/provision/trees/'

/** Where the manifest of a resource lies on its host. */
export const manifestPath = ({ playbook, environment }: Scope, id: string): string =>
  `${manifestFolder}${digestOfValue({ playbook, environment, id })}.json`

export const writeManifest = (manifest: Manifest): string => `${canonicalJson(manifest)}\n`

/** Anything that is not a manifest counts as none: then nothing is deleted. */
export function readManifest(text: string | undefined): Manifest | undefined {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || !('files' in value) || !('folders' in value))
    return undefined
  const { files, folders } = value
  return arePaths(files) && arePaths(folders) ? { files, folders } : undefined
}

/** Whether they are paths inside the folder: what lies outside would not be ours to delete. */
const arePaths = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.every(
    (path) => typeof path === 'string' && !path.split('/').some((part) => ['', '.', '..'].includes(part)),
  )

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** All that may be there while what is obsolete is on its way out. */
export const union = (wanted: Manifest, obsolete: Manifest): Manifest => ({
  files: [...obsolete.files, ...wanted.files].sort(),
  folders: [...obsolete.folders, ...wanted.folders].sort(),
})

/** The folders above a file within a mirrored one: `a/b/c.txt` → `a`, `a/b`. */
export const above = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, i, parts) => parts.slice(0, i + 1).join('/'))

/** The folder that a file within a mirrored one is in: `a/b/c.txt` → `a/b`; '' for that one itself. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

export interface Obsolete extends Manifest {
  /** Those of them in whose place something else has to be. */
  readonly blocking: readonly string[]
}

/** What was put there and is wanted no more. */
export function obsoletePaths(wanted: Manifest | undefined, before: Manifest | undefined): Obsolete {
  const files = new Set(wanted?.files)
  const folders = new Set(wanted?.folders)
  const oldFiles = wanted ? (before?.files ?? []).filter((path) => !files.has(path)) : []
  const oldFolders = wanted ? (before?.folders ?? []).filter((path) => !folders.has(path)) : []
  const blocking = [...oldFiles, ...oldFolders].filter(
    (path) => files.has(path) || folders.has(path) || above(path).some((outer) => files.has(outer)),
  )
  return { files: oldFiles, folders: oldFolders, blocking }
}
