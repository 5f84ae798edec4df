import { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { ExecOptions, ExecResult } from '../ssh/connection.ts'
import { asError, endingProblem, interruption, notBegun, type Exit, type NotStarted } from './exec-error.ts'
import type { Session } from './index.ts'
import { closeWhenSilent } from './linger.ts'
import { awakening } from './marker.ts'
import { readOutput, type Output } from './output.ts'
import { endRemote } from './remote-end.ts'

/** How long ending a command may take, whatever sshd says of it. Milliseconds. */
const longestEnd = 8_000

/** A script whose command line is on its way. */
export interface Begun {
  readonly marker: string
  /** What of it is still to be sent. */
  readonly rest: string
}

/** Sends a script what it reads, and waits for all that it writes. */
export async function converse(
  session: Session,
  channel: ClientChannel,
  begun: Begun,
  options: ExecOptions,
): Promise<ExecResult | NotStarted> {
  const output = readOutput(channel, begun.marker, options.onLine)
  const end = await endOf(session, channel, begun, output, options)
  output.end()
  return resultOf(session, end, output)
}

/** How a conversation ended. */
interface End {
  /** Of the script, where sshd told it. */
  readonly exit: Exit | undefined
  /** Why it was not waited for, or not given what it reads. */
  readonly failure: unknown
}

function resultOf(session: Session, { exit, failure }: End, output: Output): ExecResult | NotStarted {
  const code = exit?.code ?? undefined
  if (failure !== undefined) throw asError(session, failure)
  if (output.out.hello === undefined) return { code, noise: output.noise() }
  if (code === undefined) throw endingProblem(session, exit?.signal, output.stderr())
  return { code, stdout: output.stdout(), stderr: output.stderr() }
}

/** Waits until a script has ended and its channel is closed, or until something else ends the waiting; sends it what it reads. */
function endOf(
  session: Session,
  channel: ClientChannel,
  { marker, rest }: Begun,
  { out, noise }: Output,
  { as, stdin, signal }: ExecOptions,
): Promise<End> {
  return new Promise((resolve) => {
    const source = stdin === undefined ? undefined : sourceOf(stdin)
    const forgetSilence = closeWhenSilent(channel, session.client)
    let exit: Exit | undefined
    let failure: unknown
    let ending: Promise<void> | undefined
    let overdue: NodeJS.Timeout | undefined

    const finish = (): void => {
      forgetSilence()
      clearTimeout(late)
      clearTimeout(overdue)
      signal.removeEventListener('abort', abort)
      session.lost.removeEventListener('abort', lose)
      source?.destroy()
      resolve({ exit, failure })
    }
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
    const late = setTimeout(() => {
      if (out.hello !== undefined) return
      failure ??= notBegun(session, awakening, noise())
      channel.close()
      // sshd need not confirm it before what runs there has ended.
      finish()
    }, awakening)
    const close = (): void => {
      // Its shell may be gone before all that it has started.
      if (ending && out.hello !== undefined) void ending.then(finish)
      else if (exit) finish()
      // That the connection is lost is told only after its channels have closed.
      else setImmediate(finish)
    }

    channel.on('exit', (code: number | null, name?: string) => (exit = { code, signal: name }))
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

    source?.on('error', (error) => {
      failure ??= error
      void endRemote(session, as, out, marker, channel)
    })
    send(channel, rest, source)
  })
}

/** Sends the rest of a script, and what it reads. */
function send(channel: ClientChannel, rest: string, source: Readable | undefined): void {
  if (rest !== '') channel.write(rest)
  if (source) source.pipe(channel)
  else channel.end()
}

const sourceOf = (stdin: Readable | Uint8Array | string): Readable =>
  stdin instanceof Readable ? stdin : Readable.from([stdin], { objectMode: false })
