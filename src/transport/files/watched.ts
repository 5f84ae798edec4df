import { showBytes } from '../../core/text/bytes.ts'
import { showDuration } from '../../core/text/duration.ts'
import { ProvisionError } from '../../core/error.ts'
import { watchForHang, type HangPatience } from '../hang.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** What is on its way may fill buffers of some megabytes, which a link of 2 kB/s needs so long for. Milliseconds. */
const usual: HangPatience = { silence: 30_000, most: 1_200_000 }
/** What a host does at least with what it has: sums it up, copies it. Bytes a millisecond. */
const leastRate = 5_000

/** Content that a host is sent. */
export interface Sending {
  /** The host's name. */
  readonly host: string
  /** All that it has to do with: bytes. */
  readonly size: number
  readonly patience?: HangPatience | undefined
}

/** Tells how sending gets on. */
export interface Gauge {
  /** So many bytes are on their way. */
  readonly sent: (bytes: number) => void
  /** The same chunks, counted; what is waited for here, before there is a chunk, is not the host's doing. */
  readonly through: <T extends Uint8Array>(chunks: AsyncIterable<T>) => AsyncGenerator<T, void, undefined>
}

/**
 * Sends content to a host, as long as that takes more of it, and does something with what it has. That it is there at all, its
 * connection tells.
 * @throws ProvisionError `host` when it gets no further, else as the work
 */
export async function sendWatched<T>(
  { host, size, patience = usual }: Sending,
  signal: AbortSignal,
  work: (signal: AbortSignal, gauge: Gauge) => Promise<T>,
): Promise<T> {
  const hung = new AbortController()
  let bytes = 0
  let isHosts = false
  const gauge: Gauge = {
    sent(more) {
      isHosts = true
      bytes += more
    },
    async *through(chunks) {
      for await (const chunk of chunks) {
        gauge.sent(chunk.length)
        yield chunk
        isHosts = false
      }
      isHosts = true
    },
  }
  const stop = watchForHang(
    { ...patience, most: patience.most + size / leastRate },
    {
      progress: () => (isHosts ? bytes : undefined),
      ask: () => Promise.resolve(),
      hangs: (silent) => hung.abort(stuck(host, bytes, silent)),
    },
  )
  try {
    return await work(AbortSignal.any([signal, hung.signal]), gauge)
  } catch (error) {
    if (!signal.aborted) hung.signal.throwIfAborted()
    throw error
  } finally {
    stop()
  }
}

const stuck = (host: string, bytes: number, silent: number): ProvisionError =>
  new ProvisionError(
    'host',
    `${host}: files get no further there for ${showDuration(silent)}, with ${showBytes(bytes)} sent`,
    { help: `look whether its disk hangs, or what unpacks them: ${ownCommand('ssh', host)} -- ps ax` },
  )
