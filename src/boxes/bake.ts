import type Dockerode from 'dockerode'
import type { ContainerCreateOptions } from 'dockerode'
import type { Box } from '../core/box.ts'
import type { BuiltImage } from '../core/build/index.ts'
import type { Digest } from '../core/digest.ts'
import { ProvisionError } from '../core/error.ts'
import type { Emit } from '../core/event.ts'
import { label, labelVersion } from '../core/label.ts'
import { tracked } from '../core/track.ts'
import { dockerError } from '../transport/docker/error.ts'
import { awaitInnerDocker, innerDocker, runInNode } from './bake-node.ts'
import { claimBake, clearLeftovers } from './claim.ts'
import { findBox, listBoxes, type StoredBox } from './find.ts'
import { loadImages } from './load.ts'
import { boxLabel } from './labels.ts'
import { bakeNodeName, checkBoxName, newStoreName, ownBaker } from './names.ts'
import { nodeBody } from './node-body.ts'
import { removeNode, removeVolume } from './node.ts'
import { publish } from './publish.ts'
import { engineFacts } from './engine-facts.ts'
import { requireSpace } from './space.ts'

export interface BakeOptions {
  readonly box: Pick<Box, 'name' | 'user'>
  /** See `boxDigest`. */
  readonly digest: Digest
  /** All images that the box is to hold; they are on the engine. */
  readonly images: readonly BuiltImage[]
  /** Builds the image of the host's own system, on the engine. */
  readonly buildSystem: () => Promise<BuiltImage>
  /** That of this machine. */
  readonly engine: Dockerode
  readonly signal: AbortSignal
  readonly emit: Emit
}

/** What an unfinished bake has on the engine. */
interface Site extends BakeOptions {
  readonly store: string
}

/** The system's image is there already; this is for the images' layers and their unpacking. */
const spaceForBake = 1e9

/**
 * Makes a box: starts a node, loads the images that an earlier box of this name does not hold, and keeps its Docker's
 * data as the store that nodes share. Nothing is left of a bake that fails or is interrupted; two at once of one box end
 * with the same one.
 * @throws ProvisionError `box`, `engine` (no space), `interrupted`
 */
export async function bakeBox(options: BakeOptions): Promise<StoredBox> {
  const { box, digest, engine, signal } = options
  checkBoxName(box.name)
  const there = await findBox(engine, box.name, digest, signal)
  if (there) return there
  const site: Site = {
    ...options,
    store: newStoreName(box.name, digest),
  }
  try {
    await clearLeftovers(engine, signal, options.emit)
    const { root } = await engineFacts(engine)
    await requireSpace(root, spaceForBake, `box ${box.name} cannot be baked`)
    return await bakeAt(site, await options.buildSystem())
  } catch (error) {
    throw dockerError(`box ${box.name}`, error, signal, { code: 'box' })
  }
}

async function bakeAt(site: Site, system: BuiltImage): Promise<StoredBox> {
  const { box, digest, engine, signal, emit, store } = site
  const labels = labelsOfBake(box.name)
  const onWait = (baker: string): void =>
    emit({ event: 'note', level: 'info', text: `box ${box.name}: waiting for another bake of it (${baker})` })
  let node: string | undefined
  let done = false
  try {
    const [previous] = await listBoxes(engine, signal, box.name)
    await engine.createVolume({ Name: store, Labels: { ...labels, [label.box]: digest } })
    const claim = {
      engine,
      name: box.name,
      digest,
      container: bakeNodeName(box.name, digest),
      signal,
      onWait,
    }
    const claimed = await claimBake(claim, bodyOfBake(system.id, labels, store, previous?.store))
    if ('baked' in claimed) return claimed.baked
    node = claimed.node
    const sealed = await fill(site, node)
    const facts = { ...sealed, name: box.name, digest, user: box.user, store }
    const baked = await publish(engine, system.id, facts)
    done = true
    return baked
  } finally {
    if (node !== undefined) await removeNode(engine, node).catch(() => undefined)
    if (!done) await removeVolume(engine, store).catch(() => undefined)
  }
}

/** On all that a bake makes, so that what a killed one leaves is found. */
const labelsOfBake = (name: string): Record<string, string> => ({
  [label.version]: labelVersion,
  [boxLabel.name]: name,
  [boxLabel.baker]: ownBaker(),
})

/** A node without a way in and without a network, which starts with the images of the box before. */
const bodyOfBake = (
  image: string,
  labels: Record<string, string>,
  volume: string,
  store: string | undefined,
): ContainerCreateOptions =>
  nodeBody({
    image,
    hostname: 'bake',
    labels,
    authorizedKey: undefined,
    volume,
    store,
    network: undefined,
    loopback: [],
    restart: 'no',
  })

/** Starts the bake node, brings the images into it and ends it in good order. */
async function fill(site: Site, node: string): Promise<Sealed> {
  const { engine, signal } = site
  const inner = innerDocker(engine, node)
  try {
    await task(site, 'node', 'start the bake node', async () => {
      await engine.getContainer(node).start()
      await awaitInnerDocker(engine, node, inner, signal)
    })
    await loadImages({ ...site, inner: inner.docker })
    return await task(site, 'seal', 'make the store', () => seal(engine, node, signal))
  } finally {
    inner.close()
  }
}

/** What is in a store when it is done. */
interface Sealed {
  readonly images: readonly string[]
  readonly size: number
}

async function seal(engine: Dockerode, container: string, signal: AbortSignal): Promise<Sealed> {
  const written = await runInNode(engine, container, ['/usr/lib/provision/seal'], signal)
  const size = await runInNode(engine, container, ['du', '-sk', '/var/lib/docker'], signal)
  return { images: imagesIn(written), size: Number(/^\d+/.exec(size)?.[0] ?? 0) * 1024 }
}

/** The references in what `seal` wrote: `{"version":1,"docker":…,"driver":…,"images":[{"image":…,"id":…}]}`. */
function imagesIn(written: string): readonly string[] {
  const store: unknown = JSON.parse(written)
  if (typeof store === 'object' && store !== null && 'images' in store && Array.isArray(store.images)) {
    const entries: readonly unknown[] = store.images
    return entries.flatMap((entry) =>
      typeof entry === 'object' && entry !== null && 'image' in entry ? [String(entry.image)] : [],
    )
  }
  throw new ProvisionError('box', 'the bake node made a store that does not say what it holds', {
    output: written,
    help: 'the box’s own /usr/lib/provision/seal has to write store.json: see boxes/coreos/README.md',
  })
}

/** Shows a part of the bake as a task, and tells its failure as one of the box. */
function task<T>({ emit, box, signal }: Site, id: string, title: string, work: () => Promise<T>): Promise<T> {
  return tracked(emit, { id: `box/${id}`, phase: 'box', title }, () =>
    work().catch((error: unknown) => {
      throw dockerError(`box ${box.name}`, error, signal, { code: 'box' })
    }),
  )
}
