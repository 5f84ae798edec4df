import { systemCode } from '../core/error.ts'

/** Whether a process of this machine is there, whosever it is. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
