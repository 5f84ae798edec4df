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

/** What has gone since a moment, of what has gone by now. */
export const trafficSince = (before: Traffic, now: Traffic): Traffic => ({
  connections: now.connections - before.connections,
  channels: now.channels - before.channels,
  requests: now.requests - before.requests,
  turns: now.turns - before.turns,
  sent: now.sent - before.sent,
  received: now.received - before.received,
})

export const sumOf = (all: readonly Traffic[]): Traffic =>
  all.reduce(
    (sum, one) => ({
      connections: sum.connections + one.connections,
      channels: sum.channels + one.channels,
      requests: sum.requests + one.requests,
      turns: sum.turns + one.turns,
      sent: sum.sent + one.sent,
      received: sum.received + one.received,
    }),
    noTraffic,
  )
