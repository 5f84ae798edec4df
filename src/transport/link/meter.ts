import { performance } from 'node:perf_hooks'
import type { Connection } from '../ssh/connection.ts'
import { burst, fastestTold, rateOf, timeBursts } from './bursts.ts'
import type { LinkFacts } from './facts.ts'

/** How fast a host is reached, measured when it first matters, and corrected by all that is sent later. */
export interface LinkMeter {
  readonly facts: () => LinkFacts
  /** Measures unless it is known: takes a few round trips, and on a very slow link two `smallBurst`s, else `burst`s besides. */
  readonly measure: (connection: Connection, signal: AbortSignal) => Promise<LinkFacts>
  /** Bytes on their way among work of the host and of ours: the link is at least as fast. The meter is told when they have arrived. */
  readonly timed: (bytes: AsyncIterable<Uint8Array>) => Timed
  readonly saw: (bytes: number, milliseconds: number) => void
  readonly hasGzip: (packs: boolean) => void
}

/** A burst may go into a buffer on the way; so much does not. Bytes. */
const proofSize = 8_000_000
/** Bytes of a transfer whose time tells something of the link. */
const telling = 1_000_000
/** With less to send, measuring would cost more than a tenth of it. Bytes. */
export const worthMeasuring = 20 * burst

export interface Timed {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly arrived: () => void
}

export function createLinkMeter(): LinkMeter {
  let rate: number | undefined
  let packs: boolean | undefined
  /** A host that cannot tell is not asked again. */
  let hasTried = false
  let measuring: Promise<void> | undefined
  const facts = (): LinkFacts => ({ rate, packs })
  const saw = (bytes: number, milliseconds: number): void => {
    rate = toldBy(bytes, milliseconds) ?? rate
  }
  return {
    facts,
    saw,
    timed(bytes) {
      let [from, size] = [0, 0]
      const counted = async function* () {
        for await (const chunk of bytes) {
          if (size === 0) from = performance.now()
          size += chunk.length
          yield chunk
        }
      }
      const arrived = (): void => {
        const least = toldBy(size, performance.now() - from)
        if (rate !== undefined && least !== undefined) rate = Math.max(rate, least)
      }
      return { bytes: counted(), arrived }
    },
    async measure(connection, signal) {
      if (rate !== undefined || hasTried) return facts()
      measuring ??= timeBursts(connection, signal).then((found) => {
        hasTried = true
        rate ??= found.rate
        packs = found.packs
      })
      try {
        await measuring
      } finally {
        measuring = undefined
      }
      return facts()
    },
    hasGzip(has) {
      packs = has
    },
  }
}

/** Bytes a second that a transfer tells; undefined where it was too little. */
function toldBy(bytes: number, milliseconds: number): number | undefined {
  if (bytes < telling) return undefined
  const seen = rateOf(bytes, milliseconds)
  return bytes < proofSize ? Math.min(seen, fastestTold) : seen
}
