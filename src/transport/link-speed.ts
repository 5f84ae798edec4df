import { randomBytes } from 'node:crypto'
import { performance, type EventLoopUtilization } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import type { Connection } from './ssh/connection.ts'

/** What is known of the way to a host. */
export interface LinkFacts {
  /** Bytes a second; undefined while nothing has told it. A far host counts as slow: what it is told waits for its answer. */
  readonly rate: number | undefined
  /** Whether the host has gzip. */
  readonly packs: boolean | undefined
}

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

/** The way there and back, a process that starts, a turn of our own: what even next to nothing takes. Bytes. */
const touch = 1_024
/** Takes so much longer than that where 10 MB/s are not to be had, that a busy machine does not hide it. Bytes. */
const burst = 65_536
/** Takes so much longer than that, some 5 ms, where the link is very slow. Bytes. */
const smallBurst = 16_384
/** A burst may go into a buffer on the way; so much does not. Bytes, and bytes a second that only it can prove. */
const proof = { size: 8_000_000, above: 40_000_000 }
/** Bytes of a transfer whose time tells something of the link. */
const telling = 1_000_000

/** With less to send, neither measuring nor compressing pays. Bytes. */
export const worthPacking = 262_144

/** With less to send, measuring would cost more than a tenth of it. Bytes. */
export const worthMeasuring = 20 * burst

/** Below, compression and the search for differences take less time than they save. Bytes a second. */
const slowBelow = 10_000_000
/** Below, even a few kilobytes tell so, and many processes on the host take less time than they save. Bytes a second. */
const verySlowBelow = 3_000_000
/** From here on a whole file is there before its differences are found: those take a second for 50 MB. Bytes a second. */
const fastFrom = 60_000_000

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
      measuring ??= timeBurst(connection, signal).then((found) => {
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

export const isSlow = ({ rate }: LinkFacts): boolean => rate !== undefined && rate < slowBelow
/** Bytes are dear there, and processes on the host are not. */
export const isVerySlow = ({ rate }: Pick<LinkFacts, 'rate'>): boolean =>
  rate !== undefined && rate < verySlowBelow
export const isFast = ({ rate }: LinkFacts): boolean => rate !== undefined && rate >= fastFrom

/** What is small goes packed, too, where the host has gzip: it takes no time. */
export const paysToPack = ({ rate, packs }: LinkFacts): boolean =>
  packs === true && (rate === undefined || rate < slowBelow)

const script = `
gzip -c </dev/null >/dev/null 2>&1 && echo gzip || echo cat
head -c ${touch} >/dev/null
echo got
head -c ${smallBurst} >/dev/null
echo got
head -c ${smallBurst} >/dev/null
echo got
head -c ${burst} >/dev/null
echo got
cat >/dev/null
echo got`

/** What is sent, one after the other: the host waits for so much each time. Bytes. */
const sizes = [touch, smallBurst, smallBurst, burst, burst] as const

/**
 * By how much longer it takes until the host has read much than until it has read next to nothing; where that is long, the
 * better of two: a machine that is busy must not pass for a slow link. Little is enough to tell a very slow one, but no other.
 */
async function timeBurst(connection: Connection, signal: AbortSignal): Promise<LinkFacts> {
  let packs = false
  let wake: () => void = () => undefined
  const line = (): Promise<void> => new Promise((resolve) => (wake = resolve))
  let from: { readonly at: number; readonly work: EventLoopUtilization } | undefined
  const took: number[] = []
  const stdin = async function* () {
    await ready
    for (const [i, size] of sizes.entries()) {
      if (isTold(took)) return
      const got = line()
      const bytes = randomBytes(size)
      from = { at: performance.now(), work: performance.eventLoopUtilization() }
      yield bytes
      // The last is all that the host still reads, which it has once this ends.
      if (i < sizes.length - 1) await got
    }
  }
  const ready = line()
  await connection.script(script, {
    as: 'user',
    stdin: Readable.from(stdin(), { objectMode: false }),
    signal,
    onLine: (text) => {
      packs ||= text === 'gzip'
      if (text === 'got' && from) {
        // What this process does meanwhile for other hosts is no time on the way.
        took.push(performance.now() - from.at - performance.eventLoopUtilization(from.work).active)
        from = undefined
      }
      wake()
    },
  })
  const rate = bestOf(took, took.length > sizes.indexOf(burst) ? burst : smallBurst)
  return { rate: rate > 0 ? Math.min(proof.above, rate) : undefined, packs }
}

/** Whether more would not change what is done. */
const isTold = (took: readonly number[]): boolean =>
  (took.length === sizes.indexOf(burst) && isVerySlow({ rate: bestOf(took, smallBurst) })) ||
  bestOf(took, burst) >= slowBelow

/** The higher of the rates that bursts of a size tell, 0 without any. Milliseconds to bytes a second. */
const bestOf = ([first = 0, ...took]: readonly number[], of: number): number =>
  took.reduce(
    (best, time, i) => (sizes[i + 1] === of ? Math.max(best, rateOf(of - touch, time - first)) : best),
    0,
  )

/** Bytes a second that a transfer tells; undefined where it was too little. */
function toldBy(bytes: number, milliseconds: number): number | undefined {
  if (bytes < telling) return undefined
  const seen = rateOf(bytes, milliseconds)
  return bytes < proof.size ? Math.min(seen, proof.above) : seen
}

/** Bytes a second. */
const rateOf = (bytes: number, milliseconds: number): number => (bytes / Math.max(0.01, milliseconds)) * 1_000
