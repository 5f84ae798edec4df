import type Dockerode from 'dockerode'
import type { ImageInfo } from 'dockerode'
import type { Digest } from '../core/digest.ts'
import { label } from '../core/label.ts'
import { isNewer, refuseNewer } from '../core/owned.ts'
import type { BakedBox } from '../core/provider.ts'
import { dockerError, found } from '../transport/docker/error.ts'
import { boxLabel, boxOfLabels, type BoxFacts } from './labels.ts'
import { boxRef } from './names.ts'

/** A box that is complete, as the engine knows it. */
export interface StoredBox extends BakedBox, BoxFacts {
  /** `provision/box/coreos:3fa2c1d4e5f6`. */
  readonly ref: string
  /** Milliseconds since 1970. */
  readonly created: number
  /** Of the image of the host's own system, in bytes. */
  readonly systemSize: number
}

/** The baked box with this digest; undefined when there is none, or its store is gone. Costs two small calls at once. */
export async function findBox(
  engine: Dockerode,
  name: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<StoredBox | undefined> {
  try {
    const image = await found(engine.getImage(boxRef(name, digest)).inspect())
    refuseNewer([{ title: `box ${boxRef(name, digest)}`, version: labelsOf(image?.Config)?.[label.version] }])
    const facts = boxOfLabels(image?.Config.Labels)
    if (!image || facts?.digest !== digest) return undefined
    // Docker would make a volume that is gone anew, and empty.
    if (!(await found(engine.getVolume(facts.store).inspect({ abortSignal: signal })))) return undefined
    const created = Date.parse(image.Created)
    const system = labelsOf(image.Config)?.[label.inputs]
    return { ...facts, system, image: image.Id, ref: boxRef(name, digest), created, systemSize: image.Size }
  } catch (error) {
    throw dockerError(`box ${name}`, error, signal, { code: 'box' })
  }
}

/** All baked boxes of the engine, or those of one name; the newest first. */
export async function listBoxes(
  engine: Dockerode,
  signal: AbortSignal,
  name?: string,
): Promise<readonly StoredBox[]> {
  const wanted = name === undefined ? boxLabel.store : `${boxLabel.name}=${name}`
  try {
    const [images, { Volumes }] = await Promise.all([
      boxImages(engine, wanted, signal),
      engine.listVolumes({ filters: { label: [boxLabel.name] }, abortSignal: signal }),
    ])
    refuseNewer(
      images.map((image) => ({
        title: `box ${image.RepoTags?.[0] ?? image.Id}`,
        version: labelsOf(image)?.[label.version],
      })),
    )
    const stores = new Set(Volumes.map(({ Name }) => Name))
    return images
      .flatMap((image) => storedBox(image) ?? [])
      .filter(({ store }) => stores.has(store))
      .sort((a, b) => b.created - a.created)
  } catch (error) {
    throw dockerError('boxes cannot be listed', error, signal, { code: 'box' })
  }
}

/** Whose stores are no leftovers, whatever else is known of them. */
export interface StoreOwners {
  readonly stores: ReadonlySet<string>
  /** Of boxes that a newer tool has made: which stores are theirs it may tell in another way. */
  readonly newer: ReadonlySet<string>
}

/** The owners of all stores of an engine, none of which is refused: most are of other projects. */
export async function storeOwners(engine: Dockerode, signal: AbortSignal): Promise<StoreOwners> {
  const images = await boxImages(engine, boxLabel.store, signal)
  const newer = images.filter((image) => isNewer(labelsOf(image)?.[label.version]))
  return {
    stores: new Set(images.flatMap((image) => storedBox(image)?.store ?? [])),
    newer: new Set(newer.flatMap((image) => labelsOf(image)?.[boxLabel.name] ?? [])),
  }
}

/** The images of boxes with a label. */
async function boxImages(
  engine: Dockerode,
  wanted: string,
  signal: AbortSignal,
): Promise<readonly ImageInfo[]> {
  try {
    return await engine.listImages({ filters: { label: [wanted] }, abortSignal: signal })
  } catch (error) {
    throw dockerError('boxes cannot be listed', error, signal, { code: 'box' })
  }
}

// Engines set to null what an image has none of, whatever the types say.
const labelsOf = (
  image: { readonly Labels?: Readonly<Record<string, string>> | null } | undefined,
): Readonly<Record<string, string>> | null | undefined => image?.Labels

function storedBox(image: ImageInfo): StoredBox | undefined {
  const facts = boxOfLabels(image.Labels)
  if (!facts) return undefined
  const ref = boxRef(facts.name, facts.digest)
  if (image.RepoTags?.includes(ref) !== true) return undefined
  const system = labelsOf(image)?.[label.inputs]
  return { ...facts, system, image: image.Id, ref, created: image.Created * 1000, systemSize: image.Size }
}
