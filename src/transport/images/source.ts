import type Dockerode from 'dockerode'
import { once } from 'node:events'
import type { BuiltImage } from '../../core/build.ts'
import { deferred, type Deferred } from '../../core/deferred.ts'
import { createLimit, type Limit } from '../../core/limit.ts'
import { readArchives, type ImageArchive } from './archive.ts'
import { sendImage, type Delivery, type KnownImages } from './send.ts'
import { spoolImages } from './spool.ts'

/** The images of one engine, to be sent to others. */
export interface ImageSource {
  /**
   * Makes an engine have an image under its name; sends only the layers that it lacks. Ask for several at once: those that
   * it needs are read together, so that layers they share are read once, and sent one after the other.
   */
  send(target: Dockerode, image: BuiltImage, delivery: Delivery): Promise<void>
}

/** An image that is saved for as long as somebody uses it. */
interface Shared {
  readonly id: string
  /** Of the engine that asked first. */
  readonly queue: Queue
  users: number
  readonly archive: Deferred<ImageArchive>
  readonly over: AbortController
  /** When nothing of it is left. */
  readonly gone: Deferred<undefined>
}

/** Those being sent and the next ones being read: more would only fill the disk. */
const atHand = 2

/** Images of an engine, each saved once however many hosts need it at a time, and gone when the last has it. */
export function imageSource(engine: Dockerode | (() => Promise<Dockerode>)): ImageSource {
  const shares = new Map<string, Shared>()
  const queues = new WeakMap<Dockerode, Queue>()
  const room = createLimit(atHand)
  const oneSave = createLimit(1)

  /** Saves images together, and removes them when all are over. */
  const keep = async (group: readonly Shared[]): Promise<void> => {
    const from = typeof engine === 'function' ? await engine() : engine
    const unwanted = allOf(group.map(({ over }) => over.signal))
    const ids = group.map(({ id }) => id)
    const spool = await oneSave(() => spoolImages(from, ids, unwanted))
    try {
      const archives = await readArchives(spool)
      const own = group.map(({ id }) =>
        group.length === 1 ? archives[0] : archives.find(({ ids }) => ids.includes(id)),
      )
      const found = own.filter((archive) => archive !== undefined)
      if (found.length < group.length) throw new Error('docker save gave other images than were asked for')
      group.forEach(({ archive }, i) => {
        const mine = found[i]
        if (mine) archive.resolve(mine)
      })
      if (!unwanted.aborted) await once(unwanted, 'abort')
    } finally {
      await spool.remove()
    }
  }

  const save = async (group: readonly Shared[]): Promise<void> => {
    try {
      await room(() => keep(group))
    } catch (error) {
      const [only] = group
      // One that is gone, or too little space for all at once, need not keep the others.
      if (group.length > 1) await Promise.all(group.map((one) => save([one])))
      else only?.archive.reject(error)
    }
    for (const { gone } of group) gone.resolve(undefined)
  }

  const saveWaiting = ({ waiting }: Queue): void => {
    if (waiting.length > 0) void save(waiting.splice(0))
  }

  const share = (id: string, queue: Queue): Shared => {
    const there = shares.get(id)
    // Nobody waits for what another host has not decided yet.
    if (there && there.queue !== queue) saveWaiting(there.queue)
    if (there) return there
    const made: Shared = {
      ...{ id, queue, users: 0, archive: deferred<ImageArchive>() },
      ...{ over: new AbortController(), gone: deferred<undefined>() },
    }
    // Who gave up waiting does not hear that it failed.
    made.archive.promise.catch(() => undefined)
    shares.set(id, made)
    queue.waiting.push(made)
    return made
  }

  const lend = async (
    shared: Shared,
    signal: AbortSignal,
    task: (archive: ImageArchive) => Promise<void>,
  ): Promise<void> => {
    try {
      await task(await untilAborted(shared.archive.promise, signal))
    } finally {
      shared.users--
      if (shared.users === 0) {
        shares.delete(shared.id)
        shared.over.abort()
        await shared.gone.promise
      }
    }
  }

  const queueOf = (target: Dockerode): Queue => {
    const queue = queues.get(target) ?? { turn: createLimit(1), undecided: 0, waiting: [], known: new Map() }
    queues.set(target, queue)
    return queue
  }

  return {
    async send(target, image, delivery) {
      const queue = queueOf(target)
      queue.undecided++
      let isDecided = false
      const decide = (): void => {
        if (isDecided) return
        isDecided = true
        queue.undecided--
        // Only once it is known which of the others that engine needs: they are read together.
        if (queue.undecided === 0) saveWaiting(queue)
      }
      try {
        await sendImage(
          target,
          image,
          (task) => {
            const shared = share(image.id, queue)
            shared.users++
            decide()
            // The next image may be read here while this one is sent, but finds the layers of this one there.
            return lend(shared, delivery.signal, (archive) => queue.turn(() => task(archive)))
          },
          delivery,
          queue.known,
        )
      } finally {
        decide()
      }
    },
  }
}

/** What is on its way to one engine. */
interface Queue {
  /** One image at a time. */
  readonly turn: Limit
  /** Of how many images it is not known yet whether they are needed there. */
  undecided: number
  /** Those that are, and that nobody has saved yet. */
  readonly waiting: Shared[]
  readonly known: KnownImages
}

/** Aborted once all are. */
function allOf(signals: readonly AbortSignal[]): AbortSignal {
  const all = new AbortController()
  const check = (): void => {
    if (signals.every(({ aborted }) => aborted)) all.abort()
  }
  for (const signal of signals) signal.addEventListener('abort', check, { once: true })
  check()
  return all.signal
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
