import { connect, type Socket } from 'node:net'
import { onAbort } from '../../core/async/abort.ts'
import type { ProvisionError } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import { interruption } from '../session/exec-error.ts'
import { dialThrough, type Way } from './jump.ts'
import { dialError } from './error.ts'

/**
 * Opens a connection to where a host listens, directly or through its jump hosts.
 * @param deadline aborted with the signal, too
 * @param timeout what the deadline allows, in milliseconds, for the message
 * @throws ProvisionError `host` with the reason, `interrupted` on abort
 */
export async function dial(
  target: SshTarget,
  signal: AbortSignal,
  deadline: AbortSignal,
  timeout: number,
): Promise<Way> {
  if (deadline.aborted) throw lateness(target, signal, timeout)
  if (target.jump !== undefined) return dialThrough(target.jump, target)
  return {
    sock: await dialDirectly(target, signal, deadline, timeout),
    problem: () => Promise.resolve(undefined),
  }
}

function dialDirectly(
  target: SshTarget,
  signal: AbortSignal,
  deadline: AbortSignal,
  timeout: number,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Without noDelay every command waits 40 ms for an acknowledgement.
    const sock = connect({ host: target.address, port: target.port, noDelay: true })
    const forget = onAbort(deadline, () => {
      sock.destroy()
      reject(lateness(target, signal, timeout))
    })
    sock.once('error', (error) => {
      forget()
      reject(dialError(target, error, timeout))
    })
    sock.once('connect', () => {
      forget()
      sock.removeAllListeners('error')
      resolve(sock)
    })
  })
}

const lateness = (target: SshTarget, signal: AbortSignal, timeout: number): ProvisionError =>
  signal.aborted ? interruption(target.name, signal) : dialError(target, timeoutError(), timeout)

export const timeoutError = (): Error => Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })
