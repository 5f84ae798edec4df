import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { isProvisionError, type ProvisionError } from '../../core/error.ts'
import type { Connection } from '../ssh/connection.ts'
import { lossError } from './error.ts'

/** How often the host hears of this run, and after which silence it gives the lock to others. Milliseconds. */
export interface Pulse {
  readonly every: number
  readonly patience: number
}

/** What keeps a lock, or a place in the line for one: it is lost unless it is renewed all the time. */
export interface Lease {
  /** Aborted with the reason when it is lost. */
  readonly lost: AbortSignal
  /** Tells that it is lost, unless it was given back. */
  readonly lose: () => void
  /** Why it would be lost now. */
  readonly lossError: () => ProvisionError
  readonly release: () => void
  /** Waits until the host has let go of it, see `HostLock.settled`. */
  readonly settled: () => Promise<void>
}

/** How long a host may take to let go of a lock. Milliseconds. */
const longestEnd = 1_000

/** Renews a lease by words to its keeper on the host, until it is given back or lost. */
export function renewed(
  keeper: Duplex,
  { name, lost: disconnected }: Pick<Connection, 'name' | 'lost'>,
  { every, patience }: Pulse,
): Lease {
  const lost = new AbortController()
  let heardAt = Date.now()
  let released = false
  const beat = setInterval(() => {
    heardAt = Date.now()
    keeper.write('beat\n')
  }, every).unref()
  const ended = new Promise<void>((resolve) => keeper.once('close', resolve))
  const silence = (): number => Date.now() - heardAt
  return {
    lost: lost.signal,
    lose() {
      clearInterval(beat)
      if (released || lost.signal.aborted) return
      // A lost connection is told as such, unless it was this run that slept.
      const asleep = silence()
      const reason: unknown = disconnected.reason
      const isCut = disconnected.aborted && asleep < patience && isProvisionError(reason)
      lost.abort(isCut ? reason : lossError(name, asleep, patience))
    },
    lossError: () => lossError(name, silence(), patience),
    release() {
      if (released) return
      released = true
      clearInterval(beat)
      if (keeper.writable) keeper.end('release\n')
    },
    async settled() {
      if (released) await Promise.race([ended, sleep(longestEnd, undefined, { ref: false })])
    },
  }
}
