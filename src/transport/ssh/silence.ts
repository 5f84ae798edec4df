/** How slow a link may be before what is under way on it counts as lost. Bytes a second. */
const slowest = 16_000
/** The longest that what is under way makes a host wait for. Milliseconds. */
const mostUnderWay = 30_000

/** How long a silence may last, and how often to look. Milliseconds. */
export interface Patience {
  readonly interval: number
  readonly silence: number
}

/** A socket, as far as it counts here. */
interface Watched {
  readonly bytesWritten: number
  on(event: 'data', listener: () => void): unknown
  once(event: 'close', listener: () => void): unknown
  destroy(): unknown
}

/** Ends a connection whose host has fallen silent, and tells for how many milliseconds it has been. */
export type WatchSilence = (
  socket: Watched,
  patience: Patience,
  onSilent: (milliseconds: number) => void,
) => void

/**
 * Watches the connections to one host: each is asked often whether the host is there (ssh2's keepalive), so that it always has
 * something to say. On a slow link its answers come after all that is under way, over whichever connection, so the more was
 * just sent the longer the silence may last. What is heard counts for a connection alone, because each may be cut by itself. A
 * machine that slept, or was busy, hears first what has come meanwhile.
 */
export function watchingSilence(): WatchSilence {
  /** How long the host has to be waited for because of what each has just sent. Milliseconds. */
  const waits = new Map<Watched, number>()
  return (socket, { interval, silence }, onSilent) => {
    let silent = 0
    let written = socket.bytesWritten
    const look = setInterval(() => {
      silent += interval
      const sent = socket.bytesWritten - written
      written += sent
      const underWay = Math.min(mostUnderWay, (waits.get(socket) ?? 0) + (sent / slowest) * 1_000)
      waits.set(socket, underWay)
      const ofAll = [...waits.values()].reduce((sum, wait) => sum + wait, 0)
      waits.set(socket, Math.max(0, underWay - interval))
      if (silent < silence + Math.min(mostUnderWay, ofAll)) return
      onSilent(silent)
      socket.destroy()
    }, interval)
    socket.on('data', () => (silent = 0))
    socket.once('close', () => {
      clearInterval(look)
      waits.delete(socket)
    })
  }
}
