import { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { isProvisionError, ProvisionError, reasonOf } from '../core/error.ts'
import { bootstrap, killScript, newMarker, parseHello, scriptInput, type RemoteProcess } from './bootstrap.ts'
import type { ExecOptions, ExecResult, Rights } from './connection.ts'
import { cutLines } from './lines.ts'
import { afterMarker, type Unframed } from './marker.ts'
import { openSession, type Session } from './session.ts'

/** Of what a command writes, how much is kept where not all is. Bytes. */
const kept = 256 * 1024

/** How long a command that is to end may take before its channel is closed on it. Milliseconds. */
const patience = 5_000

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

/** Whether rights of root have to be asked for. */
export const needsSudo = ({ user, become }: Session, as: Rights): boolean =>
  as === 'root' && become && user !== 'root'

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
    let exit: { code: number | null; signal: string | undefined } | undefined
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
    const finish = (): void => {
      clearTimeout(linger)
      signal.removeEventListener('abort', abort)
      session.lost.removeEventListener('abort', lose)
      source?.destroy()
      if (onLine) [outLines, errLines].forEach((lines) => lines.end())
      if (failure !== undefined) return reject(asError(session, failure))
      const errors = stderr.all().toString()
      if (out.hello === undefined) return reject(notStarted(session, as, exit?.code, out.noise + err.noise))
      if (typeof exit?.code !== 'number') return reject(endedEarly(session, exit?.signal, errors))
      resolve({ code: exit.code, stdout: stdout.all(), stderr: errors })
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
    channel.on('close', finish)
    signal.addEventListener('abort', abort, { once: true })
    session.lost.addEventListener('abort', lose, { once: true })
    if (session.lost.aborted) return lose()
    if (signal.aborted) abort()

    channel.write(scriptInput(marker, script))
    if (!source) return void channel.end()
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

/** Ends what runs on the host, then the channel, so that the call that waits for it comes back. */
async function endRemote(
  session: Session,
  as: Rights,
  out: Unframed,
  marker: string,
  channel: ClientChannel,
): Promise<void> {
  const close = setTimeout(() => channel.close(), patience)
  channel.once('close', () => clearTimeout(close))
  const hello = await out.started
  if (hello !== undefined) await kill(session, as, parseHello(hello, marker))
  channel.close()
}

/** Outside the limit: it must not wait for what it is to end. */
async function kill(session: Session, as: Rights, running: RemoteProcess): Promise<void> {
  const marker = newMarker()
  try {
    const channel = await openSession(session, bootstrap(marker, needsSudo(session, as)))
    const done = new Promise((resolve) => channel.once('close', resolve))
    channel.on('error', () => undefined)
    channel.resume()
    channel.stderr.resume()
    channel.end(scriptInput(marker, killScript(running)))
    await done
  } catch {
    // The connection is gone, and with it the way to the process; closing the channel is all that is left.
  }
}

/** What to throw when a signal ends something: its own reason where that is for people. */
export function interruption(name: string, signal: AbortSignal): ProvisionError {
  if (isProvisionError(signal.reason)) return signal.reason
  return new ProvisionError('interrupted', `${name}: interrupted`, { cause: signal.reason })
}

const asError = ({ name }: Session, error: unknown): ProvisionError =>
  isProvisionError(error)
    ? error
    : new ProvisionError('host', `${name}: what was to be sent cannot be read: ${reasonOf(error)}`, {
        cause: error,
      })

function notStarted(
  { name, user }: Session,
  as: Rights,
  code: number | null | undefined,
  noise: string,
): ProvisionError {
  const output = noise.trim() === '' ? undefined : noise.trim()
  const ended = code === null || code === undefined ? 'ended' : `ended with ${code}`
  if (as === 'root') {
    return new ProvisionError('host', `${name}: sudo gives ${user} no rights of root (${ended})`, {
      output,
      help: `on ${name}, allow it without a password: echo '${user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/${user}; or say become: false`,
    })
  }
  return new ProvisionError('host', `${name}: the login shell of ${user} runs no commands (${ended})`, {
    output,
    help: `try it by hand: ssh ${user}@… sh -c true`,
  })
}

const endedEarly = ({ name }: Session, signal: string | undefined, output: string): ProvisionError =>
  new ProvisionError(
    'host',
    `${name}: a command was ended ${signal ? `by the signal ${signal}` : 'without telling how'}`,
    {
      output: output.trim() === '' ? undefined : output.trim(),
      help: `look whether ${name} is short of memory: dmesg`,
    },
  )
