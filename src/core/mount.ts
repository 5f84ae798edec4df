import type { Digest } from './digest.ts'
import type { Ref } from './ref.ts'
import type { Resource } from './resource.ts'

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
