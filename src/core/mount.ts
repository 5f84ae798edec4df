import { buildId, type Artifact, type BuiltArtifact, type Folder } from './build/index.ts'
import { builtArtifact } from './build/built.ts'
import type { Digest } from './digest.ts'
import { ref, resolve, type Ref } from './ref.ts'
import { resourceId, type Resource } from './resource.ts'

/** What a container needs to know of something that it mounts. */
export interface Mounted {
  /** An absolute path on the host, or the name of a volume. */
  readonly source: string
  /** Whether containers may write to it unless they say otherwise. */
  readonly writable: boolean
  readonly content: MountedContent | undefined
}

/** Content that is put there from here. */
export interface MountedContent {
  /** A container sees a folder's new files at once, but keeps the file that a single path named when it started. */
  readonly type: 'file' | 'folder'
  /** Changes with the content; does not give away a secret. */
  readonly digest: Digest
  /** SHA-256 of the bytes of a single file as the host should have it. */
  readonly file: Digest | undefined
  /** How it came to differ, nearest cause first. */
  readonly because: readonly string[]
}

/** A resource that containers can mount: a file, a pushed artifact, a tree, a directory or a volume. */
export interface Mountable extends Resource {
  readonly mounted: Ref<Mounted>
}

/** A mountable resource whose content comes from here. */
export interface ContentResource extends Mountable {
  /** Changes with the content, e.g. to put into an environment variable. */
  readonly digest: Ref<Digest>
}

/** What a container gets to know of content from here that it mounts; to use it makes the container need that resource. */
export const mountedContent = (
  resource: Resource,
  source: string,
  content: Ref<MountedContent>,
): Ref<Mounted> =>
  ref({ label: resourceId(resource), needs: [resource], builds: resource.builds }, (facts) => ({
    source,
    writable: false,
    content: resolve(content, facts),
  }))

/** Likewise of a place for data, which containers fill. */
export const mountedData = (resource: Resource, source: string): Ref<Mounted> =>
  ref({ label: resourceId(resource), needs: [resource], builds: resource.builds }, () => ({
    source,
    writable: true,
    content: undefined,
  }))

/** The content of an artifact or local folder, as far as a mount of it matters. */
export const builtContent = (build: Artifact | Folder): Ref<MountedContent> =>
  ref({ label: buildId(build), builds: [build] }, (facts) => {
    const built = resolve(builtArtifact(build), facts)
    const { type, digest, files } = built
    return { type, digest, file: type === 'file' ? files[0]?.digest : undefined, because: causesOf(built) }
  })

/** What to name when asked why built content differs: `user.jar`, `services/user/User.java and 2 more`. */
export function causesOf({ name, changed }: Pick<BuiltArtifact, 'name' | 'changed'>): readonly string[] {
  const [first] = changed
  if (first === undefined) return [name]
  return [name, changed.length > 1 ? `${first} and ${changed.length - 1} more` : first]
}

/** A network that containers of its host can join. */
export interface NetworkResource extends Resource {
  /** Its name; to use it makes a container need the network. */
  readonly network: Ref<string>
  /** Whether it has no way out of the host: Docker publishes no ports of containers on it. */
  readonly internal: boolean
}
