import type Dockerode from 'dockerode'
import { randomBytes } from 'node:crypto'
import { pipeline, Readable, Transform } from 'node:stream'
import { unlessAborted } from '../../core/async/abort.ts'
import type { BuiltImage } from '../../core/build/index.ts'
import { nameOnHosts } from '../../core/build/name-on-hosts.ts'
import { isProvisionError, ProvisionError, type Thing } from '../../core/error.ts'
import { label, labelVersion } from '../../core/label.ts'
import { dockerError, found } from '../docker/error.ts'
import { inspectImage } from '../docker/inspect.ts'
import { createLimit } from '../../core/async/limit.ts'
import { gzipped } from '../files/gzip.ts'
import { imageFingerprint } from './fingerprint.ts'
import { packWithout, type ImageArchive } from './archive.ts'
import { sharedLayers, splitRef } from './layers.ts'
import { loadWatched, type LoadPatience } from './load-watch.ts'
import { worthPacking } from '../link/facts.ts'

/** Where an image goes and how that shows. */
export interface Delivery {
  /** The name of the receiving host, for messages. */
  readonly host: string
  readonly signal: AbortSignal
  /** Bytes sent so far of all that are to be sent; for messages. */
  readonly sent?: ((done: number, total: number) => void) | undefined
  /** Does what only asks, or gives names, in the time that an engine has for that. By default it may take any. */
  readonly asking?: (<T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>) | undefined
  /** Whether compressing pays; asked when there is much to send. By default it does not. */
  readonly isSlow?: ((size: number) => Promise<boolean>) | undefined
  /** How long the engine may take to get on with it. */
  readonly patience?: LoadPatience | undefined
}

/** Lends the saved image for as long as a task takes. Not called when nothing has to be sent. */
export type Lend = (task: (archive: ImageArchive) => Promise<void>) => Promise<void>

/**
 * Makes an engine have an image under its name, by the cheapest way that does: nothing, a tag, the layers that it lacks,
 * all layers. What came is compared with what was built before it gets its name.
 */
export async function sendImage(
  target: Dockerode,
  image: BuiltImage,
  lend: Lend,
  delivery: Delivery,
  known: KnownImages = new Map(),
): Promise<void> {
  const { host, signal, asking = (work) => work(signal) } = delivery
  const about = { host, name: `image ${image.ref}` }
  try {
    const former = await asking((within) => inspectImage(target, nameOnHosts(image.ref), within))
    if (former && imageFingerprint(former) === image.fingerprint) return
    const below = former ? sharedLayers(image.layers, [layersOf(former)]) : 0
    // Where it lacks the uppermost at most, no other image there could help more: each is 7 kB to ask for.
    const isNear = below > 0 && below >= image.layers.length - 1
    const there = () => (isNear ? below : asking((within) => layersThere(target, image, known, within)))
    if ((await there()) === 'named') return
    await lend(async (archive) => {
      // Asked again: another image may have come meanwhile.
      const have = await there()
      if (have === 'named') return
      if (await arrives(target, archive, have, image, delivery)) return
      // Another run may have pruned what has no name yet, or layers that were counted on.
      if (!(await arrives(target, archive, 0, image, delivery))) throw notWhole(about)
    })
  } catch (error) {
    throw dockerError(about, error, signal, {
      help: `is there space left on ${host}? df -h; docker system df`,
    })
  }
}

const notWhole = (about: Thing) =>
  new ProvisionError('action', "what the host's Docker made of it is not the image that was built", {
    about,
    help: 'run it again; if it stays so, the host’s image store may be broken: docker system df',
  })

/** What an engine says of its images, by id: that never changes, only which of them are there. */
export type KnownImages = Map<string, Promise<KnownImage | undefined>>
type KnownImage = Pick<BuiltImage, 'id' | 'fingerprint' | 'layers'>

/** How many of its lowest layers are there; or gives the image its name, when all of it is. */
async function layersThere(
  target: Dockerode,
  image: BuiltImage,
  known: KnownImages,
  signal: AbortSignal,
): Promise<number | 'named'> {
  const there = await imagesThere(target, known, signal)
  const same = there.find(({ fingerprint }) => fingerprint === image.fingerprint)
  if (same && (await named(target, same.id, image.ref, signal))) return 'named'
  return sharedLayers(
    image.layers,
    there.map(({ layers }) => layers),
  )
}

/** All that an engine lists. Several that send at a time hear the same answer, so none of them ends what it asked. */
async function imagesThere(
  target: Dockerode,
  known: KnownImages,
  signal: AbortSignal,
): Promise<readonly KnownImage[]> {
  const limit = createLimit(5)
  const listed = await target.listImages({ abortSignal: signal })
  const answers = listed.map(({ Id }) => {
    const answer = known.get(Id) ?? limit(() => knownImage(target, Id))
    known.set(Id, answer)
    return answer
  })
  let there: readonly KnownImage[] = []
  try {
    there = (await unlessAborted(signal, Promise.all(answers))).filter((one) => one !== undefined)
    return there
  } finally {
    // What is gone may come again, and what did not answer in time may do so another time.
    const sure = new Set(there.map(({ id }) => id))
    for (const { Id } of listed) if (!sure.has(Id)) known.delete(Id)
  }
}

async function knownImage(target: Dockerode, id: string): Promise<KnownImage | undefined> {
  const there = await found(target.getImage(id).inspect())
  return there && { id, fingerprint: imageFingerprint(there), layers: layersOf(there) }
}

const layersOf = ({ RootFS }: Dockerode.ImageInspectInfo): readonly string[] => RootFS.Layers ?? []

async function isImage(
  target: Dockerode,
  name: string,
  image: BuiltImage,
  signal: AbortSignal,
): Promise<boolean> {
  const there = await inspectImage(target, name, signal)
  return there !== undefined && imageFingerprint(there) === image.fingerprint
}

/** @returns whether the image was still there to be named */
async function named(target: Dockerode, id: string, ref: string, signal: AbortSignal): Promise<boolean> {
  const answer = await found(
    target
      .getImage(id)
      .tag({ ...splitRef(nameOnHosts(ref)), abortSignal: signal })
      .then(() => id),
  )
  return answer !== undefined
}

async function arrives(
  target: Dockerode,
  archive: ImageArchive,
  lowest: number,
  image: BuiltImage,
  delivery: Delivery,
): Promise<boolean> {
  const { signal, asking = (work) => work(signal) } = delivery
  if (!(await transfer(target, archive, lowest, image, delivery))) return false
  return asking(async (within) => {
    const id = await loadedOf(target, archive, lowest, image, within)
    // A trial that did not end in time says nothing of the image.
    within.throwIfAborted()
    return id !== undefined && named(target, id, image.ref, within)
  })
}

/** Loads an archive without its lowest layers; false where the engine refuses it so. */
async function transfer(
  target: Dockerode,
  archive: ImageArchive,
  lowest: number,
  { ref }: BuiltImage,
  { host, signal, sent, isSlow, patience }: Delivery,
): Promise<boolean> {
  const { tar, size: total } = packWithout(archive, lowest)
  let done = 0
  try {
    const packs = total >= worthPacking && (await isSlow?.(total)) === true
    // Its failure destroys what is read, and so arrives where that is sent.
    const counted = pipeline(
      tar,
      counter((count) => {
        done += count
        sent?.(done, total)
      }),
      () => undefined,
    )
    // Docker unpacks it by itself.
    const sending = packs ? Readable.from(gzipped(counted), { objectMode: false }) : counted
    const load = { about: { host, name: `image ${ref}` }, tar: sending, sent: () => done, total }
    await loadWatched(target, load, signal, patience)
    return true
  } catch (error) {
    // Without its lowest layers it may be refused for just that reason.
    if (signal.aborted || lowest === 0 || isProvisionError(error)) throw error
    return false
  } finally {
    tar.destroy()
  }
}

/** The id that an image has there once it was loaded, or undefined when something else came of it, which is removed. */
async function loadedOf(
  target: Dockerode,
  archive: ImageArchive,
  lowest: number,
  image: BuiltImage,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const id of archive.ids) {
    if (!(await isImage(target, id, image, signal))) continue
    if (lowest === 0 || (await isWhole(target, id, signal))) return id
  }
  await Promise.all(
    archive.ids.map((id) =>
      found(target.getImage(id).remove({ abortSignal: signal })).catch(() => undefined),
    ),
  )
  return undefined
}

const counter = (onBytes: (count: number) => void): Transform =>
  new Transform({
    transform(chunk: Buffer, _, callback) {
      onBytes(chunk.length)
      callback(null, chunk)
    },
  })

/**
 * The containerd store takes an image whose lower layers it lacks. That shows when a container is made; or, where the
 * layers are unpacked but their blobs have another compression, only by the image not being listed.
 */
async function isWhole(target: Dockerode, id: string, signal: AbortSignal): Promise<boolean> {
  const listed = await target.listImages({ abortSignal: signal })
  if (!listed.some(({ Id }) => Id === id)) return false
  const name = `provision-try-${randomBytes(6).toString('hex')}`
  try {
    const container = await target.createContainer({
      ...{ name, Image: id, Cmd: ['true'], abortSignal: signal },
      Labels: { [label.version]: labelVersion, [label.trial]: '1' },
    })
    await container.remove({ v: true, abortSignal: signal })
    return true
  } catch {
    return false
  }
}
