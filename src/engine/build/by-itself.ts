import { acquireLock } from '../../transport/lock/state-lock.ts'
import type { BuildTask } from './task.ts'

/**
 * Does work while no other run is at the same on this machine, and shows who is at it for as long as it has to wait. What
 * the other has done by then is for the work to find out.
 * @param place what two would be in each other's way at
 */
export async function byItself<T>(
  what: string,
  place: string,
  signal: AbortSignal,
  task: BuildTask,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await acquireLock(place, what, signal, (who) => task.line(`waiting: ${who}`))
  try {
    return await work()
  } finally {
    await lock.release()
  }
}
