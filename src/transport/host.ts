import type { Action } from '../core/action.ts'
import type { HostPort, SshTarget } from '../core/host.ts'
import type { Probe } from '../core/probe.ts'
import { sumOf, type Traffic } from '../core/traffic.ts'
import type { Searches } from './delta/search.ts'
import { dockerSocket } from './docker/dial.ts'
import { dockerOf, forwardedAtOnce, type DockerPort } from './docker/index.ts'
import { isExpectedBulk, isLinkAsked } from './files/batch.ts'
import { usesOfBulk } from './files/cut-bulk.ts'
import { ownPlace } from './files/own-place.ts'
import { shareReads, type SharedReads } from './files/shared-reads.ts'
import { answerAll, performActions } from './lanes.ts'
import { createLinkMeter } from './link/meter.ts'
import { takeHostLock, type Attempt, type HostLock, type LockOptions } from './lock/host-lock.ts'
import { lookAtHostLock } from './lock/look.ts'
import { secondConnection } from './second-connection.ts'
import type { Early } from './session/openings.ts'
import type { Connection } from './ssh/connection.ts'
import { connect, type ConnectOptions } from './ssh/index.ts'
import { watchingSilence } from './ssh/silence.ts'

/** A host with the ways to it that only transports and providers need. */
export interface ConnectedHost extends HostPort {
  readonly connection: Connection
  readonly docker: DockerPort
  /** Makes this run the only one that changes a playbook's things there; whatever connects later is let in by the lock. */
  readonly lock: (options: LockOptions) => Promise<Attempt>
  /** Who else holds that lock now, in words; takes nothing. */
  readonly lockHolder: (options: Pick<LockOptions, 'scope' | 'signal'>) => Promise<string | undefined>
  /** Begins what takes long to be ready for actions that will soon be asked for. */
  readonly expect: (actions: readonly Action[]) => void
  /** Of all connections to it so far, those included that are closed. */
  readonly traffic: () => Traffic
}

export interface HostOptions extends ConnectOptions {
  /** Where images come from; hosts of one run share it, so that an image is read once. */
  readonly images?: Parameters<typeof dockerOf>[1]
  /** Shared likewise: what was found in files that go to several hosts. */
  readonly searches?: Searches
  /** Shared likewise: small files that were read. */
  readonly reads?: SharedReads
  /** How many Docker is surely asked at once: what they go through is opened together with the login. Default 0. */
  readonly questions?: number
}

/** Wanted on the first connection of nearly every run: sessions for the questions and for the lock, and streams to Docker. */
const earlyFor = (questions: number): Early => ({
  sessions: 2,
  sockets: { path: dockerSocket, count: Math.min(questions, forwardedAtOnce) },
})

/** Opened ahead on a second connection: for the command by which the lock lets it in, and for what it carries. */
const sessionsOfBulk = 2
/** A second connection is for bulk: the first one stays quick while it is full. */
const bulkKeepalive = { interval: 1_000, count: 15 }

/**
 * Connects to a host.
 * @throws ProvisionError `host`, as `connect` does
 */
export async function connectHost(
  target: SshTarget,
  signal: AbortSignal,
  { images, searches = new Map(), reads = shareReads(), questions = 0, ...options }: HostOptions = {},
): Promise<ConnectedHost> {
  const watchSilence = watchingSilence()
  const connection = await connect(target, signal, {
    ...options,
    watchSilence,
    early: earlyFor(questions),
    spare: () => bulk.toKeep(),
  })
  const connections = [connection]
  const link = createLinkMeter()
  const docker = dockerOf(connection, images, link)
  let held: HostLock | undefined
  const second = secondConnection(connection, async () => {
    const opened = await connect(target, AbortSignal.any([signal, connection.lost]), {
      ...options,
      keepalive: bulkKeepalive,
      watchSilence,
      early: { sessions: sessionsOfBulk },
    })
    connections.push(opened)
    return opened
  })
  const bulk = usesOfBulk(async () => {
    const opened = await second.open()
    const admitted = held?.admit(opened) ?? Promise.resolve()
    // Whoever puts something in place is told.
    admitted.catch(() => undefined)
    return { connection: opened, admitted }
  })
  let overBulk: { readonly connection: Connection; readonly port: DockerPort } | undefined
  const bulkDocker = (over: Connection): DockerPort => {
    if (overBulk?.connection !== over) overBulk = { connection: over, port: dockerOf(over, images, link) }
    return overBulk.port
  }
  const files = { connection, searches, reads, link, user: target.user }
  const answer = (probes: readonly Probe[], stop: AbortSignal) => answerAll(connection, docker, probes, stop)
  const own = ownPlace(target, answer)

  return {
    name: target.name,
    connection,
    docker,
    async lock(lockOptions) {
      const attempt = await takeHostLock(connection, lockOptions)
      // Where sshd gives few sessions, the other connection may keep it.
      if (attempt.got === 'lock' && bulk.isKept()) await attempt.lock.admit(connection)
      held = attempt.got === 'lock' ? attempt.lock : undefined
      return attempt
    },
    expect: (actions) => {
      // Both take several round trips, as the lock does that is asked for meanwhile.
      if (isLinkAsked(actions)) {
        link.measure(connection, signal).catch(() => undefined)
        // It has taken the one that was opened for what comes next.
        connection.openings.openAhead({ sessions: 1 })
      }
      if (isExpectedBulk(actions)) second.open().catch(() => undefined)
    },
    lockHolder: (lockOptions) => lookAtHostLock(connection, lockOptions),
    traffic: () => sumOf(connections.map(({ traffic }) => traffic.soFar())),
    probe: async (probes, stop) => answer(await own.probes(probes, stop), stop),
    perform: async (actions, stop, watch) =>
      performActions({ files, docker, bulk, bulkDocker }, await own.actions(actions, stop), stop, watch),
    async close() {
      await Promise.allSettled([docker.close(), overBulk?.port.close(), held?.settled()])
      const opened = await second.latest()?.catch(() => undefined)
      await Promise.all([opened?.close(), connection.close()])
    },
  }
}
