import type { Socket } from 'node:net'

/** Looks what an SSH server calls itself in the first thing it says. */
export function serverAt(socket: Pick<Socket, 'once'>): () => 'openssh' | 'any' {
  let server: 'openssh' | 'any' = 'any'
  socket.once('data', (chunk: Buffer) => {
    if (/^SSH-[\d.]+-OpenSSH/m.test(chunk.toString('latin1', 0, 1_024))) server = 'openssh'
  })
  return () => server
}
