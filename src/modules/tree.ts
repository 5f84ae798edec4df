import type { Folder } from '../core/build/index.ts'
import { builtArtifact } from '../core/build/built.ts'
import { ProvisionError } from '../core/error.ts'
import type { Host } from '../core/host.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import type { Local } from '../core/build/local.ts'
import { defineMirror, mirrorIdentity } from '../core/mirror/module.ts'
import type { ResourceOptions } from '../core/module.ts'
import { builtContent, mountedContent, type ContentResource } from '../core/mount.ts'
import { ref, resolve } from '../core/ref.ts'
import { declaredTitle, refuseIf } from '../core/rules/refuse.ts'
import { firstProblem, localProblem, patternsProblem } from '../core/rules/index.ts'

/** Which folder is mirrored, and who may do what with it on the host. */
export interface TreeOptions {
  /** The folder on this machine, relative to the playbook's folder. */
  readonly from: Local
  /** Glob patterns of what to leave out, relative to `from`. Default: nothing. */
  readonly exclude?: readonly string[]
  /**
   * Permission bits. Default: folders `0o755` when they are made, else left as they are; files `0o644`, or `0o755` for those
   * that are executable here.
   */
  readonly modes?: { readonly files?: number; readonly folders?: number }
  /** A user of the host, by name, or by number: `1000`. Default: root when it is made, else left as it is. */
  readonly owner?: string
  /** A group of the host, by name, or by number: `1000`. Default: root's when it is made, else left as it is. */
  readonly group?: string
}

const names: OptionNames<TreeOptions> = { from: true, exclude: true, modes: true, owner: true, group: true }

const modeNames: OptionNames<NonNullable<TreeOptions['modes']>> = { files: true, folders: true }

const resource = defineMirror('tree', ({ title, source }) => {
  if (source.type === 'folder') return
  throw new ProvisionError('playbook', `${title}: ${source.name} is a file here`, {
    help: 'use file to send a single file',
  })
})

/**
 * A folder of this machine, mirrored to a host. Only changed files travel. What is gone here is deleted there, but only what
 * this resource put there, and no other resource puts there now. A folder in it that another resource is about, as a
 * `directory` with rights of its own, is left to that one. Folders are made for the files in them: an empty one here is not
 * made there; use `directory` for that. A container that mounts it sees changed files at once and is not restarted.
 * @param to absolute path of the folder on the host; folders above it are made when missing
 */
export function tree(host: Host, to: string, options: TreeOptions, more?: ResourceOptions): ContentResource {
  const title = declaredTitle(host, 'tree', to)
  refuseUnknown(title, options, names)
  const { from, exclude = [], modes = {}, owner, group } = options
  refuseUnknown(`${title}: modes`, modes, modeNames)
  refuseIf(title, firstProblem(localProblem('from', from), patternsProblem('exclude', exclude)))
  const folder: Folder = { kind: 'folder', path: from, exclude }
  const source = builtArtifact(folder)
  const identity = mirrorIdentity('tree', host, to)
  const rights = { fileMode: modes.files, folderMode: modes.folders, owner, group }
  const made = resource(host, to, { ...identity, to, source, because: [], ...rights }, more)
  return Object.assign(made, {
    mounted: mountedContent(made, to, builtContent(folder)),
    digest: ref(
      { label: `digest of ${to}`, needs: [made], builds: [folder] },
      (facts) => resolve(source, facts).digest,
    ),
  })
}
