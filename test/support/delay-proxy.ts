import { readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { SshTarget } from '../../src/core/host.ts'
import { freePort, type Sshd } from './sshd.ts'

/** A long way to an sshd. */
export interface DelayProxy {
  readonly target: SshTarget
  /**
   * Round trips so far, of the connection that has made the most: how often something was sent because of what had come
   * in, as a chain. What is sent at the same time counts once.
   */
  readonly trips: () => number
  stop(): Promise<void>
}

/** One side of a connection: how many trips lie behind what it has received. */
interface Side {
  seen: number
}

/** Starts one on a loopback port; `roundTrip` in milliseconds. */
export async function delayProxy({ target, folder }: Sshd, roundTrip: number): Promise<DelayProxy> {
  const sockets = new Set<Socket>()
  let trips = 0
  const carry = (from: Socket, to: Socket, sender: Side, receiver: Side, step: number): void => {
    sockets.add(from)
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
    from.on('close', () => {
      sockets.delete(from)
      later(() => to.destroy())
    })
  }
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const host = connect({ port: target.port, host: target.address, noDelay: true, allowHalfOpen: true })
    const [near, far]: readonly [Side, Side] = [{ seen: 0 }, { seen: 0 }]
    carry(client, host, near, far, 1)
    carry(host, client, far, near, 0)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const known = await Promise.all(target.knownHosts.map((path) => readFile(path, 'utf8')))
  const knownHosts = join(folder, `known_hosts ${port}`)
  await writeFile(knownHosts, known.join('').replaceAll(`]:${target.port} `, `]:${port} `))
  return {
    target: { ...target, address: '127.0.0.1', port, knownHosts: [knownHosts] },
    trips: () => trips,
    async stop() {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
