import type { Socket } from 'node:net'
import type { Traffic } from '../core/traffic.ts'

/** Counts what goes over one connection. */
export interface TrafficCounter {
  /** Says that a channel is being opened. */
  readonly channel: () => void
  /** Says that a request is being sent to Docker. */
  readonly request: () => void
  /** Says that a command is being run. */
  readonly command: () => void
  /** Whether one was. */
  readonly hasRun: () => boolean
  readonly soFar: () => Traffic
}

/** Counts at the socket itself, so that others who look at the wire count the same. It may be read on when it is closed. */
export function countTraffic(
  socket: Pick<Socket, 'bytesRead' | 'bytesWritten'> & { on(event: 'data', listener: () => void): unknown },
): TrafficCounter {
  let channels = 0
  let requests = 0
  let turns = 0
  let hasRun = false
  let answered = 0
  socket.on('data', () => {
    if (socket.bytesWritten > answered) turns++
    answered = socket.bytesWritten
  })
  return {
    channel() {
      channels++
    },
    request() {
      requests++
    },
    command() {
      hasRun = true
    },
    hasRun: () => hasRun,
    soFar: () => ({
      ...{ connections: 1, channels, requests, turns },
      sent: socket.bytesWritten,
      received: socket.bytesRead,
    }),
  }
}
