/** What went over the connections to one host, as counted at their ends here. */
export interface Traffic {
  /** TCP connections. */
  readonly connections: number
  /** Commands, SFTP sessions and forwarded sockets that were opened over them. */
  readonly channels: number
  /** HTTP requests to the Docker engine of the host. */
  readonly requests: number
  /** How often bytes came after bytes had gone: one for each answer that was waited for, more where answers overlap. */
  readonly turns: number
  /** Bytes inside TCP, of all connections. */
  readonly sent: number
  readonly received: number
}

export const noTraffic: Traffic = { connections: 0, channels: 0, requests: 0, turns: 0, sent: 0, received: 0 }

const combine = (a: Traffic, b: Traffic, how: (a: number, b: number) => number): Traffic => ({
  connections: how(a.connections, b.connections),
  channels: how(a.channels, b.channels),
  requests: how(a.requests, b.requests),
  turns: how(a.turns, b.turns),
  sent: how(a.sent, b.sent),
  received: how(a.received, b.received),
})

export const sumOf = (all: readonly Traffic[]): Traffic =>
  all.reduce((sum, one) => combine(sum, one, (a, b) => a + b), noTraffic)

/** What came on top of what was counted before. */
export const since = (before: Traffic, now: Traffic): Traffic => combine(now, before, (a, b) => a - b)
