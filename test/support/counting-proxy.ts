import type { Socket } from 'node:net'
import { startDetour, type Detour } from './detour.ts'
import type { Sshd } from './sshd.ts'

/** A way to an sshd that counts. */
export interface CountingProxy extends Pick<Detour, 'target' | 'stop'> {
  /** Bytes that have gone through so far, both ways together. */
  readonly bytes: () => number
}

/** Starts one on a loopback port. */
export async function countingProxy(sshd: Pick<Sshd, 'target' | 'folder'>): Promise<CountingProxy> {
  let bytes = 0
  const carry = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => (bytes += chunk.length))
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
    from.pipe(to)
  }
  const detour = await startDetour(sshd, (client, host) => {
    carry(client, host)
    carry(host, client)
  })
  return { ...detour, bytes: () => bytes }
}
