import { readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { SshTarget } from '../../src/core/host.ts'
import { freePort, type Sshd } from './sshd.ts'

/** Another way to an sshd, through this process. */
export interface Detour {
  readonly target: SshTarget
  /** All sockets that are open, of both sides. */
  readonly sockets: ReadonlySet<Socket>
  stop(): Promise<void>
}

/**
 * Starts one on a loopback port, with the host's key known there too.
 * @param carry is given both ends of each connection, to carry bytes between them; sockets that close end each other as it says
 */
export async function startDetour(
  { target, folder }: Pick<Sshd, 'target' | 'folder'>,
  carry: (client: Socket, host: Socket) => void,
  { allowHalfOpen = false }: { readonly allowHalfOpen?: boolean } = {},
): Promise<Detour> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, allowHalfOpen }, (client) => {
    const host = connect({ port: target.port, host: target.address, noDelay: true, allowHalfOpen })
    for (const socket of [client, host]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
    carry(client, host)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const known = await Promise.all(target.knownHosts.map((path) => readFile(path, 'utf8')))
  const keys = known.flatMap((lines) => lines.trim().split('\n')).map((line) => line.replace(/^\S+/, ''))
  const knownHosts = join(folder, `known_hosts ${port}`)
  await writeFile(knownHosts, keys.map((key) => `[127.0.0.1]:${port}${key}\n`).join(''))
  return {
    target: { ...target, address: '127.0.0.1', port, knownHosts: [knownHosts] },
    sockets,
    async stop() {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
