import { relative } from 'node:path'
import {
  buildId,
  buildNeeds,
  isImage,
  type Artifact,
  type Build,
  type Image,
} from '../../core/build/index.ts'
import { digestOfValue, type Digest } from '../../core/digest.ts'
import { localPath } from '../../core/build/local.ts'
import { once } from '../../core/async/once.ts'
import { beginningsOf } from './beginnings.ts'
import { readContext, readDockerfile, type Context } from './context.ts'
import type { DigestCache } from './digest-cache.ts'
import { basesOf, parseDockerfile, stagesOf, type Stage } from './dockerfile.ts'
import { imageName } from './image-name.ts'
import { closureOf, refuseCycle } from './order.ts'
import type { FileDigests } from './records.ts'
import { waitsOf } from './waits.ts'

/** All that goes into an image, read. */
export interface ImageInputs {
  readonly digest: Digest
  /** Undefined for an image that is pulled. */
  readonly context: Context | undefined
  /** Of the context, by their path relative to the playbook's folder. */
  readonly files: FileDigests
}

/** Which images are declared, and what builds on what. */
export interface Declared {
  readonly builds: ReadonlyMap<string, Build>
  /** The declared images that one builds on, by `needs` or by its Dockerfile. */
  readonly needsOf: (image: Image) => readonly Image[]
  /** The artifacts that have to lie there before a build reads what it is made from. */
  readonly artifactsBefore: (build: Build) => Promise<readonly Artifact[]>
  /** What its Dockerfile takes from elsewhere and nobody declares. */
  readonly basesOf: (image: Image) => readonly string[]
  /** The same of it and of all declared images that it is built on, in the form in which an engine lists them. */
  readonly allBasesOf: (image: Image) => readonly string[]
  /** How its stages begin: what it may have in common with others. */
  readonly beginningsOf: (image: Image) => readonly string[]
}

/**
 * Collects all that some builds need, and reads from their Dockerfiles which images build on each other.
 * @throws ProvisionError `playbook` for a missing Dockerfile, a build declared in two ways, a cycle
 */
export function declare(builds: readonly Build[], playbookDir: string): Declared {
  const all = closureOf(builds, buildNeeds)
  const images = new Map<string, Image>()
  for (const build of all.values()) if (build.kind === 'image') images.set(imageName(build.ref), build)
  const stages = new Map(
    [...images.values()].map((image) => [imageName(image.ref), readStages(image, playbookDir)]),
  )
  const stagesIn = (image: Image) => stages.get(imageName(image.ref)) ?? []
  const found = (image: Image) => basesOf(stagesIn(image))
  const needsOf = (image: Image) => {
    const named = found(image).flatMap((ref) => images.get(imageName(ref)) ?? [])
    return [...new Set([...(image.build?.needs ?? []).filter(isImage), ...named])]
  }
  const allNeedsOf = (build: Build): readonly Build[] =>
    build.kind === 'image' ? [...new Set([...buildNeeds(build), ...needsOf(build)])] : buildNeeds(build)
  refuseCycle(all.keys(), (id) => {
    const build = all.get(id)
    return build ? allNeedsOf(build).map(buildId) : []
  })
  const ownBasesOf = (image: Image) => found(image).filter((ref) => !images.has(imageName(ref)))
  const allBasesOf = (image: Image) => {
    const under = closureOf([image], (build) => (build.kind === 'image' ? needsOf(build) : []))
    const refs = [...under.values()].flatMap((build) => (build.kind === 'image' ? ownBasesOf(build) : []))
    return [...new Set(refs.map(imageName))]
  }
  const waits = once(() => waitsOf([...all.values()], playbookDir, allNeedsOf))
  return {
    builds: all,
    needsOf,
    artifactsBefore: async (build) => (await waits()).get(buildId(build)) ?? [],
    basesOf: ownBasesOf,
    allBasesOf,
    beginningsOf: (image) => beginningsOf(stagesIn(image)),
  }
}

function readStages({ ref, build }: Image, playbookDir: string): readonly Stage[] {
  if (!build) return []
  const text = readDockerfile(`image ${ref}`, build, playbookDir)
  return stagesOf(parseDockerfile(text), build.args, build.target)
}

/**
 * Reads the inputs of images, each once.
 * @param ready called before one is read
 */
export function imageInputReader(
  declared: Declared,
  playbookDir: string,
  digests: DigestCache,
  ready: (image: Image) => Promise<void>,
): (image: Image) => Promise<ImageInputs> {
  const known = new Map<string, Promise<ImageInputs>>()
  const inputsOf = (image: Image): Promise<ImageInputs> => {
    const name = imageName(image.ref)
    const reading = known.get(name) ?? read(image)
    known.set(name, reading)
    return reading
  }
  const read = async (image: Image): Promise<ImageInputs> => {
    const { build } = image
    if (!build)
      return { digest: digestOfValue(['image', imageName(image.ref)]), context: undefined, files: {} }
    await ready(image)
    const context = await readContext(build, playbookDir, digests)
    const needs = await Promise.all(
      declared.needsOf(image).map(async (need) => [imageName(need.ref), (await inputsOf(need)).digest]),
    )
    const root = relative(playbookDir, localPath(build.context, playbookDir))
    const files = context.entries.flatMap((entry): [string, Digest][] =>
      entry.type === 'file' ? [[root === '' ? entry.path : `${root}/${entry.path}`, entry.digest]] : [],
    )
    const { args, target } = build
    return {
      digest: digestOfValue({ context: shape(context), args, target, needs, bases: declared.basesOf(image) }),
      context,
      files: Object.fromEntries(files),
    }
  }
  return inputsOf
}

/** Without where the files lie on this machine. */
const shape = ({ entries, dockerfile }: Context) => ({
  dockerfile,
  entries: entries.map((entry) =>
    entry.type === 'file' ? [entry.path, entry.digest, entry.executable] : Object.values(entry),
  ),
})
