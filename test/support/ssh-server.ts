import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import ssh2, { type Client, type ServerChannel } from 'ssh2'
import { makeKeyPair } from '../../src/boxes/ssh-keys.ts'

/** A command that a client wants to execute. */
export type Wanted = (command: string, accept: () => ServerChannel) => void

/** A client that is logged in to an SSH server within this process, which does with each command what a test says. */
export async function sshPair(
  onCommand: Wanted,
): Promise<{ readonly client: Client; readonly sock: Socket; stop(): Promise<void> }> {
  const { privateKey: hostKey } = makeKeyPair('test')
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (peer) => {
    peer.on('error', () => undefined)
    peer.on('authentication', (context) => context.accept())
    peer.on('session', (accept) => {
      accept().on('exec', (acceptCommand, _, { command }) => onCommand(command, acceptCommand))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('a server has a port')
  const sock = connect(address.port, '127.0.0.1')
  const client = new ssh2.Client()
  client.connect({ sock, username: 'me' })
  await once(client, 'ready')
  return {
    client,
    sock,
    async stop() {
      client.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
