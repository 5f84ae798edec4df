import type { Socket } from 'node:net'

/** How slow a link may be before what is under way on it counts as lost. Bytes a second. */
const slowest = 16_000
/** The longest that what is under way makes a host wait for. Milliseconds. */
const mostUnderWay = 30_000

/** How long a silence may last, and how often to look. Milliseconds. */
export interface Patience {
  readonly interval: number
  readonly silence: number
}

/**
 * Ends a connection whose host has fallen silent: it is asked often whether it is there (ssh2's keepalive), so that it always
 * has something to say. On a slow link its answers come after all that is under way, so the more was just sent the longer the
 * silence may last. A machine that slept, or was busy, hears first what has come meanwhile.
 */
export function watchSilence(
  socket: Pick<Socket, 'bytesWritten' | 'on' | 'once' | 'destroy'>,
  { interval, silence }: Patience,
  onSilent: (milliseconds: number) => void,
): void {
  let silent = 0
  let underWay = 0
  let written = socket.bytesWritten
  const look = setInterval(() => {
    silent += interval
    const sent = socket.bytesWritten - written
    written += sent
    underWay = Math.min(mostUnderWay, underWay + (sent / slowest) * 1_000)
    if (silent >= silence + underWay) {
      onSilent(silent)
      socket.destroy()
    }
    underWay = Math.max(0, underWay - interval)
  }, interval)
  socket.on('data', () => (silent = 0))
  socket.once('close', () => clearInterval(look))
}
