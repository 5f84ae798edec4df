import { once } from 'node:events'
import type { Server } from 'node:net'

/** Has a server listen on a free port of loopback: where, as DOCKER_HOST says it. */
export async function listening(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}
