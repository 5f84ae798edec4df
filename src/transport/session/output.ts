import type { ClientChannel } from 'ssh2'
import { cutLines } from '../lines.ts'
import type { ExecOptions } from '../ssh/connection.ts'
import { afterGreeting, afterMarker, type Unframed } from './marker.ts'

/** Of what a script writes, how much is kept where not all is. Bytes. */
const kept = 256 * 1024

/** What a script writes, without what a login shell prints before. */
export interface Output {
  /** Standard output as it comes, with the line that tells that the script has begun. */
  readonly out: Unframed
  readonly stdout: () => Buffer
  readonly stderr: () => string
  /** What came instead of the script's own. */
  readonly noise: () => string
  /** Gives a last line that has no end. */
  readonly end: () => void
}

/** Reads what a script writes to a channel; where each line is told as it comes, only the end of it all is kept. */
export function readOutput(channel: ClientChannel, marker: string, onLine: ExecOptions['onLine']): Output {
  const stdout = collect(onLine ? kept : Infinity)
  const stderr = collect(kept)
  const outLines = onLine && cutLines((line) => onLine(line, 'stdout'))
  const errLines = onLine && cutLines((line) => onLine(line, 'stderr'))
  const out = afterGreeting(marker, (chunk) => {
    outLines?.push(chunk)
    stdout.push(chunk)
  })
  const err = afterMarker(marker, (chunk) => {
    errLines?.push(chunk)
    stderr.push(chunk)
  })
  channel.on('data', (chunk: Buffer) => out.push(chunk))
  channel.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  return {
    out,
    stdout: stdout.all,
    stderr: () => stderr.all().toString(),
    noise: () => out.noise + err.noise,
    end: () => {
      outLines?.end()
      errLines?.end()
    },
  }
}

/** Gathers chunks, of more than `most` bytes only the last. */
function collect(most: number): { readonly push: (chunk: Buffer) => void; readonly all: () => Buffer } {
  const chunks: Buffer[] = []
  let size = 0
  return {
    push: (chunk) => {
      chunks.push(chunk)
      size += chunk.length
      while (size > most && chunks.length > 1) size -= chunks.shift()?.length ?? 0
    },
    all: () => Buffer.concat(chunks),
  }
}
