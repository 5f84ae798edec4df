import { isArtifact, type Artifact } from '../core/build/index.ts'
import { builtArtifact } from '../core/build/built.ts'
import type { Host } from '../core/host.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import { defineMirror, mirrorIdentity } from '../core/mirror/module.ts'
import type { ResourceOptions } from '../core/module.ts'
import { builtContent, causesOf, mountedContent, type ContentResource } from '../core/mount.ts'
import { ref, resolve } from '../core/ref.ts'
import { declaredTitle, refuseIf } from '../core/rules/refuse.ts'
import { shownValue } from '../core/text/shown-value.ts'

/** Where an artifact goes, and who may do what with it there. */
export interface PushOptions {
  /** Absolute path on the host: of the file, when the artifact is a file, else of the folder. Folders above are made. */
  readonly to: string
  /** Permission bits of files. Default `0o644`, or `0o755` for those that are executable here. Folders are made with `0o755`. */
  readonly mode?: number
  /** A user of the host, by name, or by number: `1000`. Default: root when it is made, else left as it is. */
  readonly owner?: string
  /** A group of the host, by name, or by number: `1000`. Default: root's when it is made, else left as it is. */
  readonly group?: string
}

const names: OptionNames<PushOptions> = { to: true, mode: true, owner: true, group: true }

const resource = defineMirror('push')

/**
 * An artifact on a host. What is there is compared by digest, so only changed files travel; of a folder, files that it no
 * longer holds are deleted, and nothing else. A container that mounts it is recreated when a single file changes, and
 * left alone when a file in a folder does.
 */
export function push(
  host: Host,
  artifact: Artifact,
  options: PushOptions,
  more?: ResourceOptions,
): ContentResource {
  const title = declaredTitle(host, 'push', isArtifact(artifact) ? artifact.name : '')
  refuseIf(title, isArtifact(artifact) ? undefined : `${shownValue(artifact)} is not an artifact`)
  refuseUnknown(title, options, names)
  const { to, mode: fileMode, owner, group } = options
  refuseIf(title, typeof to === 'string' ? undefined : `to: ${shownValue(to)} is not a text`)
  const source = builtArtifact(artifact)
  const because = ref({ label: source.label }, (facts) => causesOf(resolve(source, facts)))
  const identity = mirrorIdentity('push', host, to)
  const made = resource(
    host,
    to,
    { ...identity, to, source, because, fileMode, folderMode: undefined, owner, group },
    more,
  )
  return Object.assign(made, {
    mounted: mountedContent(made, to, builtContent(artifact)),
    digest: ref(
      { label: `digest of ${to}`, needs: [made], builds: [artifact] },
      (facts) => resolve(source, facts).digest,
    ),
  })
}
