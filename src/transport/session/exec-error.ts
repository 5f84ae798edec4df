import { showDuration } from '../../core/text/duration.ts'
import { isProvisionError, ProvisionError, reasonOf } from '../../core/error.ts'
import type { Session } from './index.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** What to throw when a signal ends something: its own reason where that is for people. */
export function interruption(name: string, signal: AbortSignal): ProvisionError {
  if (isProvisionError(signal.reason)) return signal.reason
  return new ProvisionError('interrupted', 'interrupted', { about: name, cause: signal.reason })
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

/** What came of a script that did not begin. */
export interface NotStarted {
  readonly code: number | undefined
  /** What came instead of its first line. */
  readonly noise: string
}

/** Why a script did not begin, by whose fault it is. */
export function notStarted(
  { name, user }: Pick<Session, 'name' | 'user'>,
  fault: 'login' | 'sudo' | 'no sudo',
  { code, noise }: NotStarted,
): ProvisionError {
  const output = noise.trim() === '' ? undefined : noise.trim()
  const ended = code === undefined ? 'ended' : `ended with ${code}`
  switch (fault) {
    case 'login':
      return new ProvisionError('host', `${name}: the login shell of ${user} runs no commands (${ended})`, {
        output,
        help: lookAtLogin(name, user),
      })
    case 'no sudo':
      return new ProvisionError(
        'host',
        `${name}: there is no sudo, by which ${user} is to get rights of root`,
        {
          output,
          help: `install sudo on ${name}, or log in as root (user: root), or say become: false`,
        },
      )
    case 'sudo':
      return new ProvisionError('host', `${name}: sudo gives ${user} no rights of root (${ended})`, {
        output,
        help: `on ${name}, allow it without a password: echo '${user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/${user}; or say become: false`,
      })
  }
}

/** Where one waits for ever. */
export const notBegun = (
  { name, user }: Pick<Session, 'name' | 'user'>,
  waited: number,
  noise: string,
): ProvisionError =>
  new ProvisionError(
    'host',
    `${name}: the login shell of ${user} has run nothing after ${showDuration(waited)}`,
    {
      output: noise.trim() === '' ? undefined : noise.trim(),
      help: lookAtLogin(name, user),
    },
  )

const lookAtLogin = (name: string, user: string): string =>
  `try it by hand: ${ownCommand('ssh', name)} -- true; look at the shell of ${user} in /etc/passwd, its start-up files and ForceCommand of sshd`

/** A command that did not come to its own end. */
export const endingProblem = (
  { name }: Pick<Session, 'name'>,
  signal: string | undefined,
  output: string,
): ProvisionError =>
  new ProvisionError(
    'host',
    `${name}: a command was ended ${signal ? `by the signal ${signal}` : 'without telling how'}`,
    {
      output: output.trim() === '' ? undefined : output.trim(),
      help: `look whether ${name} is short of memory: dmesg`,
    },
  )
