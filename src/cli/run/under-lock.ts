import { ProvisionError } from '../../core/error.ts'
import type { IfLocked, Session } from '../../engine/session.ts'
import { acquireLock } from '../../transport/lock/state-lock.ts'

/**
 * Has an environment for itself on this machine while it works.
 * @throws ProvisionError `locked` when another run has it and the user does not want to wait
 */
export async function underLock<T>(
  { workspace, signal, emit, doing }: Session,
  command: string,
  ifLocked: IfLocked,
  work: () => Promise<T>,
): Promise<T> {
  doing.command = command
  const lock = await acquireLock(workspace.stateDir, command, signal, (who) => {
    if (ifLocked === 'fail') {
      throw new ProvisionError('locked', `environment ${workspace.environment}: ${who}`, {
        help: 'leave out --no-wait to wait for it',
      })
    }
    emit({ event: 'note', level: 'info', text: `waiting: ${who}` })
  })
  try {
    return await work()
  } finally {
    await lock.release()
  }
}
