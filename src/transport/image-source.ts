import type Dockerode from 'dockerode'
import type { BuiltImage } from '../core/build.ts'
import { sendImage, type Delivery } from './image-send.ts'
import { readArchive, type ImageArchive } from './image-archive.ts'
import { spoolImage, type Spool } from './image-spool.ts'

/** The images of one engine, to be sent to others. */
export interface ImageSource {
  /** Makes an engine have an image under its name; sends only the layers that it lacks. */
  send(target: Dockerode, image: BuiltImage, delivery: Delivery): Promise<void>
}

interface Saved {
  readonly archive: ImageArchive
  readonly spool: Spool
}

interface Shared {
  users: number
  readonly abort: AbortController
  readonly saved: Promise<Saved>
}

/** Images of an engine, each saved once however many hosts need it at a time, and gone when the last has it. */
export function imageSource(engine: Dockerode | (() => Promise<Dockerode>)): ImageSource {
  const shares = new Map<string, Shared>()

  const save = async (id: string, signal: AbortSignal): Promise<Saved> => {
    const spool = await spoolImage(typeof engine === 'function' ? await engine() : engine, id, signal)
    try {
      return { archive: await readArchive(spool), spool }
    } catch (error) {
      await spool.remove()
      throw error
    }
  }

  const share = (id: string): Shared => {
    const there = shares.get(id)
    if (there) return there
    const abort = new AbortController()
    const made = { users: 0, abort, saved: save(id, abort.signal) }
    shares.set(id, made)
    return made
  }

  const leave = async (id: string, shared: Shared): Promise<void> => {
    if (--shared.users > 0) return
    shares.delete(id)
    shared.abort.abort()
    const saved = await shared.saved.catch(() => undefined)
    await saved?.spool.remove()
  }

  return {
    async send(target, image, delivery) {
      const use = async (task: (archive: ImageArchive) => Promise<void>): Promise<void> => {
        const shared = share(image.id)
        shared.users++
        try {
          const { archive } = await untilAborted(shared.saved, delivery.signal)
          await task(archive)
        } finally {
          await leave(image.id, shared)
        }
      }
      await sendImage(target, image, use, delivery)
    },
  }
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
