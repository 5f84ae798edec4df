import type { ClientChannel } from 'ssh2'
import { createAhead, type Ahead } from './ahead.ts'
import type { Opened } from '../ssh/protocol.ts'

/** Who listens there may have ended what lay idle for longer. Milliseconds. */
const longestIdle = 30_000

interface Idle {
  readonly stream: ClientChannel
  readonly since: number
  readonly hasEnded: () => boolean
  readonly letGo: () => void
}

function idle(stream: ClientChannel): Idle {
  let ended = false
  // Who is asked nothing says nothing: what there is to read is the end.
  const end = (): void => void (ended = true)
  stream.once('readable', end)
  // Nobody listens to it yet, and an error would end the process.
  stream.on('error', end)
  return {
    stream,
    since: performance.now(),
    hasEnded: () => ended || stream.destroyed,
    letGo: () => void stream.off('readable', end),
  }
}

/** Streams to a socket of a host that are opened before somebody asks for them. */
export const socketsAhead = (openFor: (done: Opened) => void): Ahead<Opened> =>
  createAhead<Idle, Opened>({
    open: (done) => openFor((error, stream) => done(error, stream && idle(stream))),
    isUsable: ({ hasEnded, since }) => !hasEnded() && performance.now() - since < longestIdle,
    use({ stream, letGo }, done) {
      letGo()
      done(undefined, stream)
    },
    drop: ({ stream }) => void stream.destroy(),
    openFor,
  })
