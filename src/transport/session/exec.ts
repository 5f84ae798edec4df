import { bootstrap, newMarker, scriptInput } from './bootstrap.ts'
import type { ExecOptions, ExecResult, Rights } from '../ssh/connection.ts'
import { converse, type Begun } from './converse.ts'
import { interruption, notStarted, type NotStarted } from './exec-error.ts'
import { beginSession, needsSudo, sudoFor, type Session } from './index.ts'

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

/** A command line that begins a script. */
export interface Start extends Begun {
  readonly line: string
}

/** Runs a script by a command line that reads it, or that brings it. */
export async function runLine(
  session: Session,
  { line, ...begun }: Start,
  options: ExecOptions,
): Promise<ExecResult | NotStarted> {
  const { ended } = await beginSession(session, line, (channel, client) => {
    session.sessions.opened(channel)
    return { ended: converse({ ...session, client }, channel, begun, options) }
  })
  return ended
}
