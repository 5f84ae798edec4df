import type { Socket } from 'node:net'
import type { Session } from '../session/index.ts'

/** How long a connection may take to end. Milliseconds. */
const longestEnd = 1_000

/**
 * Ends a connection. On a socket of its own it is over once the end has left: for how long a host then clears up nobody has
 * to wait. A program that leads there is seen to its end.
 */
export function closeConnection(
  { client, lost }: Pick<Session, 'client' | 'lost'>,
  own: Socket | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    if (lost.aborted) {
      resolve()
      return
    }
    const force = setTimeout(() => client.destroy(), longestEnd).unref()
    client.once('close', () => {
      clearTimeout(force)
      resolve()
    })
    own?.once('finish', resolve)
    client.end()
  })
}
