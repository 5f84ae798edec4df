import type { Socket } from 'node:net'
import { startDetour, type Detour } from './detour.ts'
import type { Sshd } from './sshd.ts'

/** A long way to an sshd. */
export interface DelayProxy extends Pick<Detour, 'target' | 'stop'> {
  /**
   * Round trips so far, of the connection that has made the most: how often something was sent because of what had come
   * in, as a chain. What is sent at the same time counts once.
   */
  readonly trips: () => number
}

/** One side of a connection: how many trips lie behind what it has received. */
interface Side {
  seen: number
}

/** Starts one on a loopback port; `roundTrip` in milliseconds. */
export async function delayProxy(
  sshd: Pick<Sshd, 'target' | 'folder'>,
  roundTrip: number,
): Promise<DelayProxy> {
  let trips = 0
  const carry = (from: Socket, to: Socket, sender: Side, receiver: Side, step: number): void => {
    const later = (work: () => void) => setTimeout(work, roundTrip / 2)
    from.on('data', (chunk) => {
      const depth = sender.seen + step
      later(() => {
        receiver.seen = Math.max(receiver.seen, depth)
        if (step === 0) trips = Math.max(trips, depth)
        if (!to.destroyed) to.write(chunk)
      })
    })
    from.on('end', () => later(() => to.end()))
    from.on('error', () => to.destroy())
    from.on('close', () => later(() => to.destroy()))
  }
  const both = (client: Socket, host: Socket): void => {
    const [near, far]: readonly [Side, Side] = [{ seen: 0 }, { seen: 0 }]
    carry(client, host, near, far, 1)
    carry(host, client, far, near, 0)
  }
  const detour = await startDetour(sshd, both, { allowHalfOpen: true })
  return { ...detour, trips: () => trips }
}
