import type { Writable } from 'node:stream'
import { systemCode } from '../core/error.ts'

/** A stream that texts go to, that may go away at any time. */
export interface Output {
  readonly isTTY: boolean
  /** Columns of the screen; Infinity where there is none, and for one of no size, as of `script` in a job without a terminal. */
  readonly columns: () => number
  readonly write: (text: string | Uint8Array) => void
  /** Aborted when nobody reads any more, as after `| head -1`. */
  readonly gone: AbortSignal
  /** Why it takes nothing any more, where that is not its reader's wish: the disk is full. */
  readonly lost: () => Error | undefined
  /** Waits until the reader has room again: to be awaited by whoever writes without end. */
  readonly room: () => Promise<void>
  /** Waits until everything has left this process. */
  readonly flush: () => Promise<void>
}

type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** What is written to a stream that takes nothing any more is dropped; a closed pipe is no error at all. */
export function outputTo(stream: Stream): Output {
  const gone = new AbortController()
  let lost: Error | undefined
  stream.on('error', (error) => {
    const code = systemCode(error)
    // Thrown here it would end a run in the middle of its work.
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') lost ??= error
    gone.abort()
  })
  const until = (start: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      if (gone.signal.aborted || stream.destroyed) {
        resolve()
        return
      }
      const done = () => {
        gone.signal.removeEventListener('abort', done)
        resolve()
      }
      gone.signal.addEventListener('abort', done)
      start(done)
    })
  return {
    isTTY: stream.isTTY === true,
    columns: () => (stream.isTTY === true && stream.columns !== 0 ? (stream.columns ?? 80) : Infinity),
    write: (text) => {
      if (!gone.signal.aborted && !stream.destroyed) stream.write(text)
    },
    gone: gone.signal,
    lost: () => lost,
    room: () => (stream.writableNeedDrain ? until((done) => stream.once('drain', done)) : Promise.resolve()),
    flush: () => until((done) => stream.write('', done)),
  }
}
