import { posix } from 'node:path'
import { ProvisionError } from '../../core/error.ts'
import { quote } from '../../core/quote.ts'
import type { CommitReport } from './report.ts'
import type { Connection, ExecResult } from '../ssh/connection.ts'
import { isWrite, type Numbered } from '../files/batch.ts'
import { edited, whyDamaged } from '../files/local-content.ts'
import { hasRoot } from '../session/index.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** Why actions failed, by their index. */
export type Failures = Map<number, ProvisionError>

/** A batch that was carried out, and what its host says of it. */
interface Ended {
  readonly connection: Pick<Connection, 'name' | 'login'>
  readonly batch: readonly Numbered[]
  readonly report: CommitReport
  readonly ended: ExecResult
  /** When it was begun, by the clock of this machine. */
  readonly since: number
}

/** Notes which actions of a batch failed and why; what was noted before counts more. */
export async function noteFailures(
  { connection, batch, report, ended, since }: Ended,
  failures: Failures,
): Promise<void> {
  const host = connection.name
  for (const one of batch) {
    const { index, path } = one
    if (failures.has(index)) continue
    const reason = report.failed.get(index) ?? report.broken
    if (reason === undefined) {
      if (!report.complete) failures.set(index, unfinished(host, ended.code, ended.stderr))
      continue
    }
    const local = report.damaged.has(index) && isWrite(one) ? await whyDamaged(one.action, since) : undefined
    failures.set(
      index,
      local === undefined
        ? failure(
            connection,
            path,
            reason,
            report.unowned.has(index) ? ownerHelp(connection, one) : undefined,
          )
        : edited({ host, name: path }, local),
    )
  }
}

/** The host did not get as far as to say what is wrong. */
const unfinished = (host: string, code: number, stderr: string): ProvisionError =>
  new ProvisionError(
    'host',
    `${host}: what puts files in place there ended with ${code} before it was done`,
    {
      output: stderr.trim() === '' ? undefined : stderr.trim(),
      help: `look at it by hand: ${ownCommand('ssh', host)} -- sh`,
    },
  )

/** What a program of the host says about one path. */
function failure(
  connection: Ended['connection'],
  path: string,
  reason: string,
  help = placeHelp(connection, path),
): ProvisionError {
  const text = reason.trim() === '' ? 'its content did not arrive whole' : reason.trim()
  const first = text.split('\n')[0] ?? text
  // Without the name of the program that says it.
  const short = first.replace(/^[a-z0-9]+: /, '')
  return new ProvisionError('action', short, {
    about: { host: connection.name, name: path },
    output: text.includes('\n') ? text : undefined,
    help,
  })
}

function placeHelp({ name: host, login }: Ended['connection'], path: string): string {
  const folder = quote(posix.dirname(path))
  return hasRoot(login)
    ? `look at its place by hand, and whether the disk is full: ${ownCommand('ssh', host)} -- df -h ${folder}`
    : `look whether ${login.user} may write there (with become: true, root does), and whether the disk is full: ${ownCommand('ssh', host)} -- ls -ld ${folder}`
}

/** Undefined for what has neither owner nor group. */
function ownerHelp({ name: host, login }: Ended['connection'], { action }: Numbered): string | undefined {
  if (!('owner' in action)) return undefined
  const { owner, group } = action
  const [list, name] = owner === undefined ? ['group', group] : ['passwd', owner]
  if (name === undefined) return undefined
  const or = hasRoot(login)
    ? 'or give its number'
    : `and whether ${login.user} may give it files (with become: true, root does)`
  return `look whether it is there, ${or}: ${ownCommand('ssh', host)} -- getent ${list} ${quote(name)}`
}
