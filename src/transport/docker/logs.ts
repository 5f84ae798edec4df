import type Dockerode from 'dockerode'
import type { Readable } from 'node:stream'
import { ProvisionError } from '../../core/error.ts'
import { nameInMaking } from '../../core/making.ts'
import { containerCalled } from './container-called.ts'
import { download } from './download.ts'
import { dockerError } from './error.ts'
import { noAnswer } from './no-answer.ts'
import type { ContainerInspection } from './state.ts'
import { demultiplex, unframed, type Frame, type OutputStream } from './stream.ts'
import { cutLines, type LineCutter } from '../lines.ts'
import { timeLimit, within } from '../time-limit.ts'

/** A line that a container wrote. */
export interface LogLine {
  /** When, as Docker writes it: RFC 3339 in UTC with nanoseconds, so that texts sort as times do. */
  readonly time: string
  readonly stream: OutputStream
  readonly text: string
}

export interface LogOptions {
  /** Stay for what comes, until the container ends. Default false. */
  readonly follow?: boolean
  /** Only so many of the last lines. Default all. */
  readonly tail?: number | undefined
  /** Only what was written since: seconds since 1970, or a time as in `LogLine`. */
  readonly since?: number | string | undefined
  readonly signal: AbortSignal
  /** How long Docker may take to tell what container that is, in milliseconds: a log may say nothing for days. Default 1 min. */
  readonly patience?: number
  /**
   * Called line by line; the next one is read when its promise is done.
   * @param until when the last piece of it was written: Docker cuts long lines, and stamps each piece
   */
  readonly onLine: (line: LogLine, until: string) => void | Promise<void>
}

/**
 * Reads the log of a container, line by line. Ends also, without an error, when the signal is aborted.
 * @throws ProvisionError `usage` when there is no such container, `host` when it cannot be read or no further
 */
export async function containerLogs(docker: Dockerode, name: string, options: LogOptions): Promise<void> {
  const { signal, onLine } = options
  try {
    await readLog(framesOf(docker, name, options), (line, until) =>
      signal.aborted ? undefined : onLine(line, until),
    )
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function* framesOf(docker: Dockerode, name: string, options: LogOptions): AsyncGenerator<Frame> {
  const { follow = false, tail, since, signal, patience = 60_000 } = options
  const late = () => noAnswer(name, patience)
  try {
    const inspection = await within(patience, late, signal, (either) => speakerCalled(docker, name, either))
    const stream = await openLog(docker, inspection.Id, { follow, tail, since: unixTime(since), signal })
    yield* inspection.Config.Tty ? unframed(stream) : demultiplex(stream)
  } catch (error) {
    throw dockerError(`container ${name}`, error, signal, { code: 'host' })
  }
}

/** A container that never became ready has not got its own name yet; it is the one that most needs to be read. */
async function speakerCalled(
  docker: Dockerode,
  name: string,
  signal: AbortSignal,
): Promise<ContainerInspection> {
  for (const called of [name, nameInMaking(name)]) {
    const inspection = await containerCalled(docker, called, signal)
    if (inspection) return inspection
  }
  throw new ProvisionError('usage', `there is no container ${name}`)
}

interface OpenOptions {
  readonly follow: boolean
  readonly tail: number | undefined
  readonly since: string | undefined
  readonly signal: AbortSignal
}

function openLog(docker: Dockerode, id: string, options: OpenOptions): Promise<Readable> {
  const { follow, tail, since, signal } = options
  const query = new URLSearchParams({ stdout: '1', stderr: '1', timestamps: '1', follow: follow ? '1' : '0' })
  if (tail !== undefined) query.set('tail', String(tail))
  if (since !== undefined) query.set('since', since)
  return download(docker, `/containers/${id}/logs`, query, signal)
}

/** The last lines of a container's log, for messages; empty when there are none to be had. */
export async function lastLines(docker: Dockerode, name: string, count: number): Promise<readonly string[]> {
  const lines: string[] = []
  try {
    await containerLogs(docker, name, {
      tail: count,
      signal: timeLimit(5_000),
      onLine: ({ text }) => void lines.push(text),
    })
  } catch {
    // What failed is told anyway, with or without these.
  }
  return lines
}

/** Docker takes seconds with a fraction, which a number cannot hold to the nanosecond. */
function unixTime(since: number | string | undefined): string | undefined {
  if (since === undefined || typeof since === 'number') return since?.toString()
  const seconds = Math.floor(Date.parse(since) / 1000)
  const fraction = /\.(\d{1,9})/.exec(since)?.[1] ?? '0'
  return Number.isFinite(seconds) ? `${seconds}.${fraction}` : undefined
}

const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z /

/** Puts frames together to lines. Docker stamps each frame, and cuts a line of more than 16 KB into several. */
export async function readLog(frames: AsyncIterable<Frame>, onLine: LogOptions['onLine']): Promise<void> {
  const ready: { readonly line: LogLine; readonly until: string }[] = []
  const ends: Record<OutputStream, string> = { stdout: '', stderr: '' }
  const times: Record<OutputStream, string> = { stdout: '', stderr: '' }
  const cutter = (stream: OutputStream): LineCutter =>
    cutLines((text) => {
      // With a terminal there are no frames, and every line carries its stamp.
      const own = stamp.exec(text)?.[0]
      const time = own?.trimEnd() ?? times[stream]
      const line = { time, stream, text: text.slice(own?.length ?? 0) }
      ready.push({ line, until: time > ends[stream] ? time : ends[stream] })
    })
  const cutters = { stdout: cutter('stdout'), stderr: cutter('stderr') }
  const open = { stdout: false, stderr: false }
  for await (const { stream, data } of frames) {
    const time = stampOf(data)
    if (time !== undefined && !open[stream]) times[stream] = time
    ends[stream] = time ?? ends[stream]
    cutters[stream].push(time !== undefined && open[stream] ? data.subarray(time.length + 1) : data)
    open[stream] = data.at(-1) !== 10
    for (const { line, until } of ready.splice(0)) await onLine(line, until)
  }
  cutters.stdout.end()
  cutters.stderr.end()
  for (const { line, until } of ready) await onLine(line, until)
}

/** The stamp at the start of a frame; latin1 keeps bytes and letters the same in number. */
const stampOf = (data: Buffer): string | undefined =>
  stamp.exec(data.subarray(0, 40).toString('latin1'))?.[0].trimEnd()
