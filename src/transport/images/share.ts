import type Dockerode from 'dockerode'
import { unlessAborted } from '../../core/async/abort.ts'
import { deferred } from '../../core/async/deferred.ts'
import type { ImageArchive } from './archive.ts'
import { savingFrom, type SavedImage } from './save.ts'

/** An image that several engines may need at a time. */
export interface SharedImage extends SavedImage {
  /** Of the engine that asked first. */
  readonly asked: Asked
  users: number
}

/** What one engine needs and nobody has saved yet. */
export type Asked = SharedImage[]

/** The images of an engine, each saved once however many need it at a time, and gone when the last one has it. */
export interface SharedImages {
  /** Asks for an image on behalf of an engine that will use it. */
  readonly ask: (id: string, asked: Asked) => SharedImage
  /** Saves together all that an engine has asked for. */
  readonly save: (asked: Asked) => void
  /** Uses an image that was asked for, once it is saved. */
  readonly use: (
    shared: SharedImage,
    signal: AbortSignal,
    task: (archive: ImageArchive) => Promise<void>,
  ) => Promise<void>
}

export function sharedImages(engine: () => Promise<Dockerode>): SharedImages {
  const shares = new Map<string, SharedImage>()
  const saveTogether = savingFrom(engine)

  const save = (asked: Asked): void => {
    if (asked.length > 0) void saveTogether(asked.splice(0))
  }

  const shareOf = (id: string, asked: Asked): SharedImage => {
    const there = shares.get(id)
    // Nobody waits for what another host has not decided yet.
    if (there && there.asked !== asked) save(there.asked)
    if (there) return there
    const made: SharedImage = {
      ...{ id, asked, users: 0, archive: deferred<ImageArchive>() },
      ...{ over: new AbortController(), gone: deferred<undefined>() },
    }
    // Who gave up waiting does not hear that it failed.
    made.archive.promise.catch(() => undefined)
    shares.set(id, made)
    asked.push(made)
    return made
  }

  return {
    save,
    ask(id, asked) {
      const shared = shareOf(id, asked)
      shared.users++
      return shared
    },
    async use(shared, signal, task) {
      try {
        // One that waits may give up while others still wait for the same.
        await task(await unlessAborted(signal, shared.archive.promise))
      } finally {
        shared.users--
        if (shared.users === 0) {
          shares.delete(shared.id)
          shared.over.abort()
          await shared.gone.promise
        }
      }
    },
  }
}
