import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import type { Connection } from '../ssh/connection.ts'
import { isVerySlow, slowBelow, type LinkFacts } from './facts.ts'

/** The way there and back, a process that starts, a turn of our own: what even next to nothing takes. Bytes. */
const touch = 1_024
/** Takes so much longer than that where 10 MB/s are not to be had, that a busy machine does not hide it. Bytes. */
export const burst = 65_536
/** Takes so much longer than that, some 5 ms, where the link is very slow. Bytes. */
const smallBurst = 16_384

/** Reads as much as it is told to, as often as it is told, and says when it has it. */
const script = `
gzip -c </dev/null >/dev/null 2>&1 && echo gzip || echo cat
while read -r n; do
  head -c "$n" >/dev/null
  echo got
done`

/** A burst may go into a buffer on the way: more it cannot prove. Bytes a second. */
export const fastestTold = 40_000_000
/** A burst that comes late is tried so often. */
const mostTries = 2

/** How long it took until a host had read so much. Bytes, milliseconds. */
interface Reading {
  readonly size: number
  readonly time: number
}

/**
 * By how much longer it takes until the host has read much than until it has read next to nothing; where that is long, the
 * better of two: a machine that is busy must not pass for a slow link. Little is enough to tell a very slow one, but no other.
 * What it knows then is not held up by the end of the script.
 */
export function timeBursts(connection: Connection, signal: AbortSignal): Promise<LinkFacts> {
  return new Promise((resolve, reject) => {
    let packs = false
    const readings: Reading[] = []
    const tell = (): void => {
      const rate = bestOf(readings, burst) || bestOf(readings, smallBurst)
      resolve({ rate: rate > 0 ? Math.min(fastestTold, rate) : undefined, packs })
    }
    let wake: () => void = () => undefined
    const line = (): Promise<void> => new Promise((heard) => (wake = heard))
    const ready = line()
    const bursts = async function* () {
      await ready
      for (let size = nextAfter(readings); size !== undefined; size = nextAfter(readings)) {
        const got = line()
        const bytes = Buffer.concat([Buffer.from(`${size}\n`), randomBytes(size)])
        const from = { at: performance.now(), work: performance.eventLoopUtilization() }
        yield bytes
        await got
        // What this process does meanwhile for other hosts is no time on the way.
        const own = performance.eventLoopUtilization(from.work).active
        readings.push({ size, time: performance.now() - from.at - own })
      }
      tell()
    }
    const onLine = (text: string): void => {
      packs ||= text === 'gzip'
      wake()
    }
    const stdin = Readable.from(bursts(), { objectMode: false })
    connection.openly(script, { as: 'user', stdin, signal, onLine }).then(tell, reject)
  })
}

/** What is to be sent next, after what was read so far; undefined where more would not change what is done. Bytes. */
function nextAfter(readings: readonly Reading[]): number | undefined {
  const times = (size: number): number => readings.filter((reading) => reading.size === size).length
  if (times(touch) === 0) return touch
  if (times(burst) === 0) {
    const isPerhapsFast = times(smallBurst) > 0 && !isVerySlow({ rate: bestOf(readings, smallBurst) })
    if (isPerhapsFast) return burst
    return times(smallBurst) < mostTries ? smallBurst : undefined
  }
  return times(burst) < mostTries && bestOf(readings, burst) < slowBelow ? burst : undefined
}

/** The higher of the rates that bursts of a size tell, 0 without any. Bytes a second. */
const bestOf = ([first, ...readings]: readonly Reading[], of: number): number =>
  readings.reduce(
    (best, { size, time }) =>
      size === of ? Math.max(best, rateOf(of - touch, time - (first?.time ?? 0))) : best,
    0,
  )

/** Bytes a second. */
export const rateOf = (bytes: number, milliseconds: number): number =>
  (bytes / Math.max(0.01, milliseconds)) * 1_000
