import type Dockerode from 'dockerode'
import { once } from 'node:events'
import type { BuiltImage } from '../core/build.ts'
import { createLimit, type Limit } from './docker-limit.ts'
import { readArchive, type ImageArchive } from './image-archive.ts'
import { sendImage, type Delivery } from './image-send.ts'
import { spoolImage } from './image-spool.ts'

/** The images of one engine, to be sent to others. */
export interface ImageSource {
  /**
   * Makes an engine have an image under its name; sends only the layers that it lacks. Ask for several at once: they are
   * sent one after the other, the next being read meanwhile.
   */
  send(target: Dockerode, image: BuiltImage, delivery: Delivery): Promise<void>
}

/** An image that is saved for as long as somebody uses it. */
interface Shared {
  users: number
  readonly archive: Promise<ImageArchive>
  readonly over: AbortController
  /** When nothing of it is left. */
  readonly gone: Promise<void>
}

/** One being sent and the next one being read: more would only fill the disk. */
const atHand = 2

/** Images of an engine, each saved once however many hosts need it at a time, and gone when the last has it. */
export function imageSource(engine: Dockerode | (() => Promise<Dockerode>)): ImageSource {
  const shares = new Map<string, Shared>()
  const turns = new WeakMap<Dockerode, Limit>()
  const room = createLimit(atHand)
  const oneSave = createLimit(1)

  const share = (id: string): Shared => {
    const there = shares.get(id)
    if (there) return there
    const over = new AbortController()
    const archive = deferred<ImageArchive>()
    const gone = room(() => keep(id, over.signal, archive.resolve)).catch(archive.reject)
    const made = { users: 0, over, archive: archive.promise, gone }
    shares.set(id, made)
    return made
  }

  /** Saves an image, and removes it when it is over. */
  const keep = async (
    id: string,
    over: AbortSignal,
    give: (archive: ImageArchive) => void,
  ): Promise<void> => {
    const from = typeof engine === 'function' ? await engine() : engine
    const spool = await oneSave(() => spoolImage(from, id, over))
    try {
      give(await readArchive(spool))
      if (!over.aborted) await once(over, 'abort')
    } finally {
      await spool.remove()
    }
  }

  const lend = async (
    id: string,
    signal: AbortSignal,
    task: (archive: ImageArchive) => Promise<void>,
  ): Promise<void> => {
    const shared = share(id)
    shared.users++
    try {
      await task(await untilAborted(shared.archive, signal))
    } finally {
      shared.users--
      if (shared.users === 0) {
        shares.delete(id)
        shared.over.abort()
        await shared.gone
      }
    }
  }

  const turnOf = (target: Dockerode): Limit => {
    const turn = turns.get(target) ?? createLimit(1)
    turns.set(target, turn)
    return turn
  }

  return {
    send: (target, image, delivery) =>
      sendImage(
        target,
        image,
        (task) =>
          // The next image is read here while this one is sent, but finds the layers of this one there.
          lend(image.id, delivery.signal, (archive) => turnOf(target)(() => task(archive))),
        delivery,
      ),
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  // Who gave up waiting does not hear that it failed.
  promise.catch(() => {})
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) }
}

/** One that waits may give up while others still wait for the same. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('interrupted'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
