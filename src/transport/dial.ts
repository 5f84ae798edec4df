import { connect, type Socket } from 'node:net'
import type { SshTarget } from '../core/host.ts'
import { interruption } from './exec-error.ts'
import { dialThrough, type Way } from './jump.ts'
import { dialError } from './ssh-error.ts'

/**
 * Opens a connection to where a host listens, directly or through its jump hosts.
 * @param timeout what the deadline allows, in milliseconds, for the message
 * @throws ProvisionError `host` with the reason, `interrupted` on abort
 */
export async function dial(
  target: SshTarget,
  signal: AbortSignal,
  deadline: AbortSignal,
  timeout: number,
): Promise<Way> {
  if (signal.aborted) throw interruption(target.name, signal)
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
    const stop = (): void => {
      sock.destroy()
      reject(signal.aborted ? interruption(target.name, signal) : dialError(target, timeoutError(), timeout))
    }
    deadline.addEventListener('abort', stop, { once: true })
    sock.once('error', (error) => {
      deadline.removeEventListener('abort', stop)
      reject(dialError(target, error, timeout))
    })
    sock.once('connect', () => {
      deadline.removeEventListener('abort', stop)
      sock.removeAllListeners('error')
      resolve(sock)
    })
  })
}

export const timeoutError = (): Error => Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })
