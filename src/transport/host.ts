import type { Action } from '../core/action.ts'
import { laneOf, type Lane } from '../core/action.ts'
import type { HostPort, HostWatcher, Outcome, SshTarget } from '../core/host.ts'
import type { Answer, Probe } from '../core/probe.ts'
import { sumOf, type Traffic } from '../core/traffic.ts'
import type { RunAction } from './commands/script.ts'
import { runCommands } from './commands/index.ts'
import type { Connection } from './ssh/connection.ts'
import { usesOfBulk } from './files/cut-bulk.ts'
import { dockerOf, forwardedAtOnce, type DockerPort } from './docker/index.ts'
import type { Searches } from './delta/search.ts'
import { dockerSocket } from './docker/dial.ts'
import { isDockerProbe } from './docker/probe.ts'
import { isSurelyBulk, type FileAction } from './files/batch.ts'
import { performFiles } from './files/index.ts'
import { lookAtHostLock } from './lock/look.ts'
import { takeHostLock, type Attempt, type HostLock, type LockOptions } from './lock/host-lock.ts'
import { createLinkMeter } from './link-speed.ts'
import type { Early } from './session/openings.ts'
import { homePlace, rootPlace } from './files/own-place.ts'
import { answerProbes } from './probe/index.ts'
import type { ShellProbe } from './probe/script.ts'
import { hasRoot } from './session/index.ts'
import { shareReads, type SharedReads } from './files/shared-reads.ts'
import { watchingSilence } from './ssh/silence.ts'
import { connect, type ConnectOptions } from './ssh/index.ts'
import { lossOf } from './ssh/error.ts'

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

/** A second connection, for bulk: the first one stays quick while it is full. */
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
    spare: () => bulkUses.toKeep(),
  })
  const connections = [connection]
  const link = createLinkMeter()
  const docker = dockerOf(connection, images, link)
  let held: HostLock | undefined
  let bulk: Promise<Connection> | undefined
  let bulkDocker: { readonly over: Connection; readonly port: DockerPort } | undefined

  const bulkUses = usesOfBulk(async () => {
    const second = await openSecond()
    await held?.admit(second)
    return second
  })

  const requireHost = (): void => {
    if (connection.lost.aborted) throw lossOf(target.name, connection.lost)
  }

  const openSecond = async (): Promise<Connection> => {
    // A host that stays connected for long may lose the second connection alone.
    requireHost()
    const former = bulk
    const isLost = (await former?.catch(() => undefined))?.lost.aborted === true
    if (isLost && bulk === former) bulk = undefined
    bulk ??= connect(target, AbortSignal.any([signal, connection.lost]), {
      ...options,
      keepalive: bulkKeepalive,
      watchSilence,
      // The lock lets it in by a command.
      ...(held ? { early: { sessions: 1 } } : {}),
    }).then((second) => {
      connections.push(second)
      return second
    })
    try {
      return await bulk
    } catch (error) {
      bulk = undefined
      // That the host is lost says more than how it refuses another connection.
      requireHost()
      throw error
    }
  }

  const performLane = async (
    lane: Lane,
    actions: readonly Action[],
    stop: AbortSignal,
    watch: HostWatcher | undefined,
  ): Promise<readonly Outcome[]> => {
    switch (lane) {
      case 'files':
        return bulkUses.during(stop, (openBulk) =>
          performFiles(
            { connection, openBulk, searches, reads, link, user: target.user },
            actions.filter(isFile),
            stop,
            watch,
          ),
        )
      case 'commands':
        return runCommands(connection, actions.filter(isRun), stop, watch)
      case 'bulk':
        return bulkUses.during(stop, async (openBulk) => {
          const second = await openBulk()
          if (bulkDocker?.over !== second) bulkDocker = { over: second, port: dockerOf(second, images, link) }
          return bulkDocker.port.perform(actions, stop, watch)
        })
      case 'docker':
        return docker.perform(actions, stop, watch)
    }
  }

  const answer = (probes: readonly Probe[], stop: AbortSignal) =>
    inGroups<Probe, boolean, Answer>(probes, isDockerProbe, async (ofDocker, some) =>
      ofDocker
        ? docker.probe(some.filter(isDockerProbe), stop)
        : answerProbes(connection, some.filter(isShellProbe), stop),
    )
  const own = hasRoot(target) ? rootPlace : homePlace(answer)

  return {
    name: target.name,
    connection,
    docker,
    async lock(lockOptions) {
      const attempt = await takeHostLock(connection, lockOptions)
      // Where sshd gives few sessions, another connection may keep it.
      if (attempt.got === 'lock' && bulk) await attempt.lock.admit(connection)
      held = attempt.got === 'lock' ? attempt.lock : undefined
      return attempt
    },
    expect: (actions) => {
      if (isSurelyBulk(actions)) openSecond().catch(() => undefined)
    },
    lockHolder: (lockOptions) => lookAtHostLock(connection, lockOptions),
    traffic: () => sumOf(connections.map(({ traffic }) => traffic.soFar())),
    probe: async (probes, stop) => answer(await own.probes(probes, stop), stop),
    perform: async (actions, stop, watch) =>
      inGroups(await own.actions(actions, stop), laneOf, (lane, some) =>
        performLane(lane, some, stop, watch),
      ),
    async close() {
      await Promise.allSettled([docker.close(), bulkDocker?.port.close(), held?.settled()])
      const second = await bulk?.catch(() => undefined)
      await Promise.all([second?.close(), connection.close()])
    },
  }
}

const isFile = (action: Action): action is FileAction => laneOf(action) === 'files'
const isRun = (action: Action): action is RunAction => action.do === 'run'
const isShellProbe = (probe: Probe): probe is ShellProbe => !isDockerProbe(probe)

/** Has each group of items answered together, all groups at once, and gives the answers in the order of the items. */
async function inGroups<T, G, R>(
  items: readonly T[],
  groupOf: (item: T) => G,
  answer: (group: G, items: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const groups = [...new Set(items.map(groupOf))]
  const answers = await Promise.all(
    groups.map(async (group) => {
      const mine = items.flatMap((item, index) => (groupOf(item) === group ? [{ item, index }] : []))
      const given = await answer(
        group,
        mine.map(({ item }) => item),
      )
      return given.map((value, i) => ({ value, index: mine[i]?.index ?? items.length }))
    }),
  )
  return answers
    .flat()
    .sort((a, b) => a.index - b.index)
    .map(({ value }) => value)
}
