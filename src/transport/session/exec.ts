import { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { hostAnswers } from './answers.ts'
import { bootstrap, newMarker, scriptInput } from './bootstrap.ts'
import type { ExecOptions, ExecResult, Rights } from '../ssh/connection.ts'
import {
  asError,
  endingProblem,
  interruption,
  notBegun,
  notStarted,
  type Exit,
  type NotStarted,
} from './exec-error.ts'
import { cutLines } from '../lines.ts'
import { afterGreeting, afterMarker } from './marker.ts'
import { endRemote } from './remote-end.ts'
import { beginSession, needsSudo, sudoFor, type Session } from './index.ts'

/** Of what a command writes, how much is kept where not all is. Bytes. */
const kept = 256 * 1024

/**
 * How long a channel that is silent stays open once its command has ended, if its host is not silent: a daemon that the command
 * has started may hold it for ever. Milliseconds.
 */
const lingering = 1_000

/** How long a login shell may take before it runs anything. Milliseconds. */
export const awakening = 30_000

/** How long ending a command may take, whatever sshd says of it. Milliseconds. */
const longestEnd = 8_000

/** Runs a shell script on a host; see `Connection.script`. */
export const runScript = (session: Session, script: string, options: ExecOptions): Promise<ExecResult> =>
  runBegun(session, sentAfter(session, script, options.as), options)

/** Runs a script that a command line brings or reads. */
export function runBegun(session: Session, start: Start, options: ExecOptions): Promise<ExecResult> {
  return session.limit(async () => {
    if (options.signal.aborted) throw interruption(session.name, options.signal)
    const ended = await runLine(session, start, options)
    if (!('noise' in ended)) return ended
    throw notStarted(session, await faultOf(session, ended, options), ended)
  })
}

/** Whose fault it is that something did not begin: where sudo was to run it, whether anything runs there without it. */
export async function faultOf(
  session: Session,
  { code }: NotStarted,
  { as, signal }: Pick<ExecOptions, 'as' | 'signal'>,
): Promise<'login' | 'sudo' | 'no sudo'> {
  if (!needsSudo(session, as)) return 'login'
  const alone = await runLine(session, sentAfter(session, ':', 'user'), { as: 'user', signal })
  if ('noise' in alone) return 'login'
  return code === 127 ? 'no sudo' : 'sudo'
}

/** How a script begins that is sent after the command line. */
export function sentAfter(session: Session, script: string, as: Rights): Start {
  const marker = newMarker()
  return { line: bootstrap(marker, sudoFor(session, as)), marker, rest: scriptInput(marker, script) }
}

/** A command line that begins a script, and what of it is still to be sent. */
export interface Start {
  readonly line: string
  readonly marker: string
  readonly rest: string
}

/** Runs a script by a command line that reads it, or that brings it. */
export async function runLine(
  session: Session,
  { line, marker, rest }: Start,
  options: ExecOptions,
): Promise<ExecResult | NotStarted> {
  const begun = await beginSession(session, line, (channel, client) => {
    session.sessions.opened(channel)
    return { ended: converse({ ...session, client }, channel, marker, rest, options) }
  })
  return begun.ended
}

function converse(
  session: Session,
  channel: ClientChannel,
  marker: string,
  rest: string,
  { as, stdin, signal, onLine }: ExecOptions,
): Promise<ExecResult | NotStarted> {
  return new Promise((resolve, reject) => {
    const stdout = collect(onLine ? kept : Infinity)
    const stderr = collect(kept)
    let exit: Exit | undefined
    let failure: unknown
    let ending: Promise<void> | undefined
    const outLines = cutLines((line) => onLine?.(line, 'stdout'))
    const errLines = cutLines((line) => onLine?.(line, 'stderr'))
    const out = afterGreeting(marker, (chunk) => {
      if (onLine) outLines.push(chunk)
      stdout.push(chunk)
    })
    const err = afterMarker(marker, (chunk) => {
      if (onLine) errLines.push(chunk)
      stderr.push(chunk)
    })
    const source = stdin === undefined ? undefined : sourceOf(stdin)

    const abort = (): void => {
      failure ??= interruption(session.name, signal)
      source?.destroy()
      ending = endRemote(session, as, out, marker, channel)
      overdue = setTimeout(finish, longestEnd)
    }
    const lose = (): void => {
      failure ??= session.lost.reason
      finish()
    }
    let overdue: NodeJS.Timeout | undefined
    let finished = false
    const finish = (): void => {
      if (finished) return
      finished = true
      clearTimeout(linger)
      clearTimeout(begun)
      clearTimeout(overdue)
      signal.removeEventListener('abort', abort)
      session.lost.removeEventListener('abort', lose)
      source?.destroy()
      if (onLine) [outLines, errLines].forEach((lines) => lines.end())
      const errors = stderr.all().toString()
      const code = exit?.code ?? undefined
      if (failure !== undefined) reject(asError(session, failure))
      else if (out.hello === undefined) resolve({ code, noise: out.noise + err.noise })
      else if (code === undefined) reject(endingProblem(session, exit?.signal, errors))
      else resolve({ code, stdout: stdout.all(), stderr: errors })
    }
    /** That the connection is lost is told only after its channels have closed. */
    const close = (): void => {
      // Its shell may be gone before all that it has started.
      if (ending && out.hello !== undefined) void ending.then(finish)
      else if (exit) finish()
      else setImmediate(finish)
    }

    const begun = setTimeout(() => {
      if (out.hello !== undefined) return
      failure ??= notBegun(session, awakening, out.noise + err.noise)
      channel.close()
      // sshd need not confirm it before what runs there has ended.
      finish()
    }, awakening)
    let linger: NodeJS.Timeout | undefined
    let stirred = 0
    const stir = (): void => {
      stirred++
      if (!exit) return
      clearTimeout(linger)
      linger = setTimeout(() => void leave(), lingering)
    }
    /** What is silent may be the link, and a host drops what it has not sent yet when a channel is closed. */
    const leave = async (): Promise<void> => {
      const before = stirred
      await hostAnswers(session.client)
      // What it was held back from sending follows its first answer.
      await hostAnswers(session.client)
      if (stirred === before && !finished) channel.close()
    }
    channel.on('data', (chunk: Buffer) => {
      out.push(chunk)
      stir()
    })
    channel.stderr.on('data', (chunk: Buffer) => {
      err.push(chunk)
      stir()
    })
    channel.on('exit', (code: number | null, name?: string) => {
      exit = { code, signal: name }
      stir()
    })
    // A write to a channel that the host has closed: how the command ended says more.
    channel.on('error', () => undefined)
    channel.on('close', close)
    signal.addEventListener('abort', abort, { once: true })
    session.lost.addEventListener('abort', lose, { once: true })
    if (session.lost.aborted) {
      lose()
      return
    }
    if (signal.aborted) {
      abort()
      return
    }

    if (rest !== '') channel.write(rest)
    if (!source) {
      channel.end()
      return
    }
    source.on('error', (error) => {
      failure ??= error
      void endRemote(session, as, out, marker, channel)
    })
    source.pipe(channel)
  })
}

const sourceOf = (stdin: Readable | Uint8Array | string): Readable =>
  stdin instanceof Readable ? stdin : Readable.from([stdin], { objectMode: false })

/** Gathers chunks, of more than `most` bytes only the last. */
function collect(most: number): { push: (chunk: Buffer) => void; all: () => Buffer } {
  const chunks: Buffer[] = []
  let size = 0
  return {
    push(chunk) {
      chunks.push(chunk)
      size += chunk.length
      while (size > most && chunks.length > 1) size -= chunks.shift()?.length ?? 0
    },
    all: () => Buffer.concat(chunks),
  }
}
