import { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { ExecOptions, ExecResult } from '../ssh/connection.ts'
import { endOf, type End } from './ending.ts'
import { asError, endingProblem, type NotStarted } from './exec-error.ts'
import type { Session } from './index.ts'
import { readOutput, type Output } from './output.ts'

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
  const { marker, rest } = begun
  const { as, stdin, signal, onLine } = options
  const output = readOutput(channel, marker, onLine)
  const source = stdin === undefined ? undefined : sourceOf(stdin)
  const talk = { channel, marker, as, output, source }
  const end = await endOf(session, talk, signal, () => send(channel, rest, source))
  output.end()
  return resultOf(session, end, output)
}

function resultOf(session: Session, { exit, failure }: End, output: Output): ExecResult | NotStarted {
  const code = exit?.code ?? undefined
  if (failure !== undefined) throw asError(session, failure)
  if (output.out.hello === undefined) return { code, noise: output.noise() }
  if (code === undefined) throw endingProblem(session, exit?.signal, output.stderr())
  return { code, stdout: output.stdout(), stderr: output.stderr() }
}

/** Sends the rest of a script, and what it reads. */
function send(channel: ClientChannel, rest: string, source: Readable | undefined): void {
  if (rest !== '') channel.write(rest)
  if (source) source.pipe(channel)
  else channel.end()
}

const sourceOf = (stdin: Readable | Uint8Array | string): Readable =>
  stdin instanceof Readable ? stdin : Readable.from([stdin], { objectMode: false })
