import { createServer, type Server } from 'node:net'
import type { LoopbackPort } from '../../boxes/node-body.ts'
import { ProvisionError } from '../../core/error.ts'

/** Whether this machine talks to the nodes' own addresses, or to ports that they publish on 127.0.0.1. */
export type ReachMode = 'address' | 'loopback'

/**
 * Docker Desktop runs its engine in a VM of its own, whose networks this machine cannot see; so does every engine on
 * another system than Linux. `PROVISION_REACH` decides otherwise.
 * @throws ProvisionError `usage` for another value of it
 */
export function reachModeOf(
  operatingSystem: string,
  platform: NodeJS.Platform,
  wanted: string | undefined,
): ReachMode {
  if (wanted === 'address' || wanted === 'loopback') return wanted
  if (wanted === undefined || wanted === '') {
    return operatingSystem.includes('Docker Desktop') || platform !== 'linux' ? 'loopback' : 'address'
  }
  throw new ProvisionError('usage', `PROVISION_REACH is ${JSON.stringify(wanted)}`, {
    help: 'set it to address or loopback, or not at all',
  })
}

/** A free port of 127.0.0.1 for each port of a node. They are kept for as long as the node lives. */
export async function pickLoopbackPorts(ports: readonly number[]): Promise<readonly LoopbackPort[]> {
  // All are held until the last is found, or one could be given twice.
  const servers = await Promise.all(ports.map(() => listen(0)))
  const picked = ports.map((container, i) => ({ container, local: portOf(servers[i]) }))
  await Promise.all(servers.map(close))
  return picked
}

/** Those of the ports that something listens on. */
export async function takenPorts(ports: readonly LoopbackPort[]): Promise<readonly LoopbackPort[]> {
  const taken = await Promise.all(
    ports.map(({ local }) =>
      listen(local).then(
        (server) => close(server).then(() => false),
        () => true,
      ),
    ),
  )
  return ports.filter((_, i) => taken[i])
}

const listen = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

function portOf(server: Server | undefined): number {
  const address = server?.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
