import { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { bootstrap, newMarker, scriptInput } from './bootstrap.ts'
import type { ExecOptions, ExecResult } from './connection.ts'
import { asError, interruption, problemOf, type Exit } from './exec-error.ts'
import { cutLines } from './lines.ts'
import { afterMarker } from './marker.ts'
import { endRemote } from './remote-end.ts'
import { needsSudo, openSession, type Session } from './session.ts'

/** Of what a command writes, how much is kept where not all is. Bytes. */
const kept = 256 * 1024

/**
 * How long a channel that is silent stays open once its command has ended: a daemon that the command has started may hold
 * it for ever. Milliseconds.
 */
const lingering = 1_000

/** Runs a shell script on a host; see `Connection.script`. */
export function runScript(session: Session, script: string, options: ExecOptions): Promise<ExecResult> {
  return session.limit(async () => {
    if (options.signal.aborted) throw interruption(session.name, options.signal)
    const marker = newMarker()
    const channel = await openSession(session, bootstrap(marker, needsSudo(session, options.as)))
    return converse(session, channel, marker, script, options)
  })
}

function converse(
  session: Session,
  channel: ClientChannel,
  marker: string,
  script: string,
  { as, stdin, signal, onLine }: ExecOptions,
): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const stdout = collect(onLine ? kept : Infinity)
    const stderr = collect(kept)
    let exit: Exit | undefined
    let failure: unknown
    const outLines = cutLines((line) => onLine?.(line, 'stdout'))
    const errLines = cutLines((line) => onLine?.(line, 'stderr'))
    const out = afterMarker(marker, (chunk) => {
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
      void endRemote(session, as, out, marker, channel)
    }
    const lose = (): void => {
      failure ??= session.lost.reason
      finish()
    }
    let finished = false
    const finish = (): void => {
      if (finished) return
      finished = true
      clearTimeout(linger)
      signal.removeEventListener('abort', abort)
      session.lost.removeEventListener('abort', lose)
      source?.destroy()
      if (onLine) [outLines, errLines].forEach((lines) => lines.end())
      const errors = stderr.all().toString()
      const noise = out.hello === undefined ? out.noise + err.noise : undefined
      const problem = failure ?? problemOf(session, as, { ...exit, noise, errors })
      if (problem !== undefined) reject(asError(session, problem))
      else resolve({ code: exit?.code ?? 0, stdout: stdout.all(), stderr: errors })
    }
    /** That the connection is lost is told only after its channels have closed. */
    const close = (): void => {
      if (exit) finish()
      else setImmediate(finish)
    }

    let linger: NodeJS.Timeout | undefined
    const stir = (): void => {
      if (!exit) return
      clearTimeout(linger)
      linger = setTimeout(() => channel.close(), lingering)
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
    if (signal.aborted) abort()

    channel.write(scriptInput(marker, script))
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
