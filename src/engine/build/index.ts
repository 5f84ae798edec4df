import { availableParallelism } from 'node:os'
import {
  buildId,
  type Artifact,
  type Build,
  type BuiltArtifact,
  type BuiltImage,
  type Folder,
  type Image,
} from '../../core/build/index.ts'
import type { Digest } from '../../core/digest.ts'
import { isProvisionError, ProvisionError, reasonOf, systemCode } from '../../core/error.ts'
import { helpOfAll } from '../../core/several.ts'
import { provideArtifact } from './artifact.ts'
import { provideBase } from './base.ts'
import { openDigestCache } from './digest-cache.ts'
import { readFolder } from './folder.ts'
import { provideImage } from './image.ts'
import { declare, imageInputReader, type Declared } from './image-inputs.ts'
import { imageName } from './image-name.ts'
import { createLimit } from '../../core/async/limit.ts'
import { listImages } from './local-images.ts'
import { closureOf } from './order.ts'
import { takeTurns } from './turns.ts'
import type { BuildContext, Workshop } from './workshop.ts'

export type { BuildContext } from './workshop.ts'

/** What came of builds. */
export interface BuildResults {
  /** Artifacts and local folders, by the id of their build. */
  readonly built: ReadonlyMap<string, BuiltArtifact>
  /** By the image's reference, tag included. */
  readonly images: ReadonlyMap<string, BuiltImage>
}

/**
 * Has everything built that is asked for, side by side; what is up to date is left alone, and so is what only builds
 * that are up to date need. A build that fails keeps those from starting that need it, and no others.
 * @param among builds that those may need without naming them: see `Declared`
 * @throws ProvisionError all failures together; `playbook` before anything is built, for a cycle and the like
 */
export async function buildAll(
  builds: readonly Build[],
  context: BuildContext,
  among: readonly Build[] = [],
): Promise<BuildResults> {
  const declared = declare([...builds, ...among], context.playbookDir)
  const workshop = openWorkshop(declared, context)
  const built = new Map<string, BuiltArtifact>()
  const images = new Map<string, BuiltImage>()
  const provide = async (build: Build): Promise<void> => {
    if (build.kind === 'image') images.set(build.ref, await workshop.image(build))
    else if (build.kind === 'artifact') built.set(buildId(build), await workshop.artifact(build))
    else built.set(buildId(build), await readably(build, provideFolder(build, workshop)))
  }
  const results = await Promise.allSettled(builds.map(provide))
  await workshop.settled()
  workshop.digests.save()
  // Builds that failed for the want of another's bring that one's error, which counts once.
  const errors = new Set(
    results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : [])),
  )
  if (errors.size > 0) throw failureOfAll([...errors])
  return { built, images }
}

/**
 * The content address of an image as it is declared: Dockerfile, context, arguments, and those of the images that it is
 * built on. Nothing is built for it and no engine asked.
 * @param among builds that declare images which the Dockerfile names without the image's own `needs`
 */
export async function imageInputs(
  image: Image,
  { playbookDir, cacheDir }: Pick<BuildContext, 'playbookDir' | 'cacheDir'>,
  among: readonly Build[] = [],
): Promise<Digest> {
  const digests = openDigestCache(cacheDir)
  const declared = declare([image, ...among], playbookDir)
  const inputsOf = imageInputReader(declared, playbookDir, digests, () => Promise.resolve())
  const { digest } = await inputsOf(image)
  digests.save()
  return digest
}

/** The artifacts that have to lie there before it can be said what images are built from: `imageInputs` reads what is there. */
export async function artifactsIn(
  images: readonly Image[],
  { playbookDir }: Pick<BuildContext, 'playbookDir'>,
  among: readonly Build[],
): Promise<readonly Artifact[]> {
  const declared = declare([...images, ...among], playbookDir)
  const withBases = closureOf(images, (build) => (build.kind === 'image' ? declared.needsOf(build) : []))
  const before = await Promise.all([...withBases.values()].map(declared.artifactsBefore))
  return [...new Set(before.flat())]
}

/** Runs what a key stands for once, however often and by whomever it is asked for. */
function memo<A, T>(keyOf: (input: A) => string, work: (input: A) => Promise<T>) {
  const begun = new Map<string, Promise<T>>()
  const get = (input: A): Promise<T> => {
    const key = keyOf(input)
    const promise = begun.get(key) ?? work(input)
    begun.set(key, promise)
    return promise
  }
  return { get, settled: () => Promise.allSettled(begun.values()) }
}

function openWorkshop(
  declared: Declared,
  context: BuildContext,
): Workshop & { settled: () => Promise<unknown> } {
  const { playbookDir, cacheDir, signal, reads } = context
  // One engine, and one error when there is none.
  const { get: engineOf } = memo(() => 'engine', context.engine)
  const engine = () => engineOf(undefined)
  const digests = openDigestCache(cacheDir, reads?.note)
  const refs = [...declared.builds.values()].flatMap((build) =>
    build.kind === 'image' ? [build.ref, ...declared.allBasesOf(build)] : [],
  )
  const images = memo(
    ({ ref }: Image) => imageName(ref),
    (image) => readably(image, provideImage(image, declared, workshop)),
  )
  const artifacts = memo(buildId, (artifact: Artifact) =>
    readably(artifact, provideArtifact(artifact, workshop)),
  )
  const bases = memo(imageName, (ref) => provideBase(ref, workshop))
  const artifactsBefore = async (build: Build): Promise<void> => {
    const before = await declared.artifactsBefore(build)
    if (before.length === 0) return
    const made = await Promise.allSettled(before.map(artifacts.get))
    const accept = await context.notice?.(build)
    const failed = made.find((result) => result.status === 'rejected')
    // What waits for one that failed is not read before that is mended, whatever has been written to it meanwhile.
    if (!failed || (await stillWaits(build, before, declared, playbookDir))) accept?.()
    if (failed) throw failed.reason
  }
  const workshop: Workshop = {
    ...context,
    engine,
    digests,
    images: listImages(engine, refs, signal),
    limit: createLimit(Math.max(2, availableParallelism())),
    inTurn: takeTurns(),
    inputsOf: imageInputReader(declared, playbookDir, digests, artifactsBefore),
    image: images.get,
    artifact: artifacts.get,
    artifactsBefore,
    base: bases.get,
  }
  const settled = () => Promise.all([images, artifacts, bases].map((begun) => begun.settled()))
  return { ...workshop, settled }
}

/** Whether a build waits for artifacts as its files are now: an ignore file or a link may have been edited. */
async function stillWaits(
  build: Build,
  before: readonly Artifact[],
  { builds }: Declared,
  playbookDir: string,
): Promise<boolean> {
  try {
    const now = await declare([...builds.values()], playbookDir).artifactsBefore(build)
    return before.every((artifact) => now.includes(artifact))
  } catch (error) {
    // A Dockerfile is gone, or refers to what it must not: the next run says so.
    if (!isProvisionError(error) && systemCode(error) === undefined) throw error
    return false
  }
}

async function provideFolder(build: Folder, workshop: Workshop): Promise<BuiltArtifact> {
  await workshop.artifactsBefore(build)
  return readFolder(build, workshop.playbookDir, workshop.digests)
}

/** What a file or a disk refused is no bug of ours: says so in words. */
async function readably<T>(build: Build, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isProvisionError(error) || systemCode(error) === undefined) throw error
    throw new ProvisionError('build', `${buildId(build)}: ${reasonOf(error)}`, {
      help: 'see to the rights on it and to the space on its disk',
      cause: error,
    })
  }
}

/** The only failure as it is; of several, one that names them all. An interruption outweighs what it made fail. */
function failureOfAll(errors: readonly unknown[]): unknown {
  const ours = errors.filter(isProvisionError)
  const stopped = ours.find(({ code }) => code === 'interrupted')
  if (stopped ?? errors.length === 1) return stopped ?? errors[0]
  if (ours.length < errors.length) return errors.find((error) => !isProvisionError(error))
  // Only then does the same run again bring all.
  const code = ours.every((error) => error.code === 'edited') ? 'edited' : 'build'
  return new ProvisionError(code, `${errors.length} builds failed`, {
    // The output of each has been told with its own failure.
    output: ours.map(({ message }) => message).join('\n'),
    help: helpOfAll(ours),
    cause: new AggregateError(errors),
  })
}
