import { isProvisionError, ProvisionError, reasonOf } from '../core/error.ts'
import type { Rights } from './connection.ts'
import type { Session } from './session.ts'

/** What to throw when a signal ends something: its own reason where that is for people. */
export function interruption(name: string, signal: AbortSignal): ProvisionError {
  if (isProvisionError(signal.reason)) return signal.reason
  return new ProvisionError('interrupted', `${name}: interrupted`, { cause: signal.reason })
}

export const asError = ({ name }: Session, error: unknown): ProvisionError =>
  isProvisionError(error)
    ? error
    : new ProvisionError('host', `${name}: what was to be sent cannot be read: ${reasonOf(error)}`, {
        cause: error,
      })

/** How a command ended, as sshd tells it. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | undefined
}

interface Ending extends Partial<Exit> {
  /** What came instead of a script's first line; undefined when it began. */
  readonly noise: string | undefined
  readonly errors: string
}

/** Why a script did not run to its end; undefined when it did, whatever its exit code. */
export function problemOf(
  session: Session,
  as: Rights,
  { code, signal, noise, errors }: Ending,
): ProvisionError | undefined {
  if (noise !== undefined) return notStarted(session, as, code, noise)
  return typeof code === 'number' ? undefined : endedEarly(session, signal, errors)
}

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
