import type Dockerode from 'dockerode'
import type { Artifact, Build, BuiltArtifact, BuiltImage, Image } from '../../core/build/index.ts'
import type { Emit } from '../../core/event.ts'
import type { SharedReads } from '../../transport/files/shared-reads.ts'
import type { DigestCache } from './digest-cache.ts'
import type { ImageInputs } from './image-inputs.ts'
import type { Limit } from '../../core/async/limit.ts'
import type { LocalImages } from './local-images.ts'
import type { Turns } from './turns.ts'
import type { WarmBuilders } from './warm-builders.ts'

/** What builds are done with. */
export interface BuildContext {
  /** Absolute; relative paths of builds start here. */
  readonly playbookDir: string
  /** `.provision/cache` of the project. */
  readonly cacheDir: string
  /** The engine of this machine; asked only when an image is involved. */
  readonly engine: () => Promise<Dockerode>
  readonly signal: AbortSignal
  readonly emit: Emit
  /** Notes small contents that are read to sum them up: what goes to hosts, and what is only built from. */
  readonly reads?: Pick<SharedReads, 'note'>
  /** Where containers may wait already for what is to run in them. */
  readonly builders?: Pick<WarmBuilders, 'take'>
  /**
   * Called before the files of a build are read that had to wait for another one, and before those are read again that
   * an artifact's command may have written to. What it gives is called when what was read then is what counts.
   */
  readonly notice?: (build: Build) => Promise<() => void>
}

/** What the builds of one run share. */
export interface Workshop extends BuildContext {
  readonly digests: DigestCache
  readonly images: LocalImages
  /** How many builds run at once. */
  readonly limit: Limit
  /** Which builds run one after another. */
  readonly inTurn: Turns
  readonly inputsOf: (image: Image) => Promise<ImageInputs>
  /** Has a build done, unless it is so already, and the builds that it needs before. */
  readonly image: (image: Image) => Promise<BuiltImage>
  readonly artifact: (artifact: Artifact) => Promise<BuiltArtifact>
  /** Has all artifacts done that have to lie there before something is read that is built from them. */
  readonly artifactsBefore: (build: Build) => Promise<void>
  /** Makes sure that an image which nobody declares is on the engine. */
  readonly base: (ref: string) => Promise<void>
}
