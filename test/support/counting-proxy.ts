import { readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { SshTarget } from '../../src/core/host.ts'
import { freePort, type Sshd } from './sshd.ts'

/** A way to an sshd that counts. */
export interface CountingProxy {
  readonly target: SshTarget
  /** Bytes that have gone through so far, both ways together. */
  readonly bytes: () => number
  stop(): Promise<void>
}

/** Starts one on a loopback port. */
export async function countingProxy({ target, folder }: Sshd): Promise<CountingProxy> {
  let bytes = 0
  const sockets = new Set<Socket>()
  const carry = (from: Socket, to: Socket): void => {
    sockets.add(from)
    from.on('data', (chunk) => (bytes += chunk.length))
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    from.pipe(to)
  }
  const server = createServer({ noDelay: true }, (client) => {
    const host = connect({ port: target.port, host: target.address, noDelay: true })
    carry(client, host)
    carry(host, client)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const known = await Promise.all(target.knownHosts.map((path) => readFile(path, 'utf8')))
  const knownHosts = join(folder, `known_hosts ${port}`)
  await writeFile(knownHosts, known.join('').replaceAll(`]:${target.port} `, `]:${port} `))
  return {
    target: { ...target, address: '127.0.0.1', port, knownHosts: [knownHosts] },
    bytes: () => bytes,
    async stop() {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
