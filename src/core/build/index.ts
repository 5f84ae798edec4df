import { digestOfValue, type Digest } from '../digest.ts'
import type { Local } from './local.ts'

/** A file or folder that is built here and pushed to hosts. Made by `artifact`. */
export interface Artifact {
  readonly kind: 'artifact'
  readonly name: string
  readonly run: readonly string[]
  readonly cwd: Local
  readonly inputs: readonly string[]
  readonly output: string
  readonly env: Readonly<Record<string, string>>
  /** The image in which the command runs; without it, it runs on this machine. */
  readonly in: Image | undefined
  /** What the command reads of other artifacts. */
  readonly needs: readonly Artifact[]
}

/** A container image, built here from a Dockerfile or pulled. Made by `image`. */
export interface Image {
  readonly kind: 'image'
  /** With its tag: `hash-collision/jre:latest`. */
  readonly ref: string
  readonly build: ImageBuild | undefined
}

export interface ImageBuild {
  readonly context: Local
  readonly dockerfile: string
  readonly args: Readonly<Record<string, string>>
  readonly target: string | undefined
  /** Images that the Dockerfile builds on, and artifacts that it copies; all must be built before. */
  readonly needs: readonly (Image | Artifact)[]
}

/** A folder or a single file that lies here already and is sent to hosts as it is: "built" by reading it. */
export interface Folder {
  readonly kind: 'folder'
  readonly path: Local
  /** Glob patterns, relative to the folder. */
  readonly exclude: readonly string[]
}

/** Something made or read on this machine before a host is touched. */
export type Build = Artifact | Image | Folder

export const isImage = (value: unknown): value is Image => isOfKind(value, 'image') && 'ref' in value

export const isArtifact = (value: unknown): value is Artifact =>
  isOfKind(value, 'artifact') && 'name' in value

const isOfKind = (value: unknown, kind: Build['kind']): value is object =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind

/** Two builds of one id are one build, and have to say the same. */
export function buildId(build: Build): string {
  switch (build.kind) {
    case 'image':
      return `image ${build.ref}`
    case 'artifact':
      return `artifact ${build.name}`
    case 'folder':
      return ['folder', String(build.path), ...build.exclude.map((glob) => `without ${glob}`)].join(' ')
  }
}

/** What has to be built before a build, of the other builds, as the playbook says it. */
export function buildNeeds(build: Build): readonly Build[] {
  switch (build.kind) {
    case 'image':
      return build.build?.needs ?? []
    case 'artifact':
      return build.in ? [build.in, ...build.needs] : build.needs
    case 'folder':
      return []
  }
}

/** One regular file of a built artifact or of a local folder. */
export interface LocalFile {
  /** Relative, with `/`; empty for an artifact that is a single file. */
  readonly path: string
  /** Absolute, on this machine. */
  readonly source: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  /** Whether its owner may execute it; all else of the mode is the resource's business. */
  readonly executable: boolean
}

/** Of the paths and contents of a folder, and of nothing that differs from machine to machine. */
export const digestOfFiles = (files: readonly Omit<LocalFile, 'source'>[]): Digest =>
  digestOfValue(files.map(({ path, digest, executable }) => [path, digest, executable]))

/** When something came to be as it is: in this run, or already `before`. A local folder, which nobody builds, is always there. */
export type Made = 'now' | 'before'

/** What came of an artifact or of a local folder. */
export interface BuiltArtifact {
  /** The artifact's name, or the last part of the folder's path. */
  readonly name: string
  /** Of the content of the output, whatever its place. */
  readonly digest: Digest
  readonly type: 'file' | 'folder'
  readonly files: readonly LocalFile[]
  readonly made: Made
  /** The input files that made it rebuild in this run; empty when it was up to date, and where it was built for another reason. */
  readonly changed: readonly string[]
}

export interface BuiltImage {
  readonly ref: string
  /** The id on the engine of this machine. */
  readonly id: string
  /** The same on every engine for the same layers and configuration, which an id is not. */
  readonly fingerprint: Digest
  /** Diff ids, lowest layer first. */
  readonly layers: readonly string[]
  readonly made: Made
  /**
   * Input files that made it rebuild in this run, and images that it is built on and nobody declares; empty when it was up to
   * date, and where it was built for another reason.
   */
  readonly changed: readonly string[]
}
