import { isProvisionError } from '../core/error.ts'
import type { Facts } from '../core/facts.ts'
import type { GraphNode } from '../core/graph.ts'
import { hostGroups } from '../core/host-groups.ts'
import type { ProvidedHost } from '../core/provider.ts'
import type { ConnectedHost } from '../transport/host.ts'
import { lockHosts, type HostLocks } from './host-locks.ts'
import { closeAll, connectEach, type Reached, type Unreached } from './hosts.ts'
import { makePlan, type Planned } from './plan.ts'
import type { Session } from './session.ts'

/** Hosts that need nothing of others, on their way into a run: connecting, and then locked. */
export interface Group {
  readonly names: readonly string[]
  readonly resources: readonly GraphNode[]
  readonly reaching: Promise<Reached>
  /** Undefined when none of them is reached. */
  readonly locking: Promise<HostLocks | undefined>
  readonly close: () => Promise<void>
}

/** A group whose hosts have answered. */
export interface PlannedGroup {
  readonly group: Group
  readonly hosts: ReadonlyMap<string, ConnectedHost>
  readonly locks: HostLocks
  readonly planned: Planned
}

/** What came of asking a group. */
export interface Asked {
  /** Undefined when no host of it answers. */
  readonly ready: PlannedGroup | undefined
  readonly unreached: readonly Unreached[]
}

/** Connects to all hosts, each group by itself. */
export function openGroups(session: Session, provided: readonly ProvidedHost[]): readonly Group[] {
  const { graph } = session
  const hostNamed = new Map(provided.map((host) => [host.name, host]))
  const resourcesOf = new Map(provided.map(({ name }): [string, GraphNode[]] => [name, []]))
  for (const node of graph.resources) resourcesOf.get(node.resource.host)?.push(node)
  return hostGroups(graph, [...hostNamed.keys()]).map((names) => {
    const hosts = names.flatMap((name) => hostNamed.get(name) ?? [])
    const resources = names.flatMap((name) => resourcesOf.get(name) ?? [])
    return openGroup(
      session,
      { names, resources: names.length === 1 ? resources : inOrder(graph.resources, resources) },
      hosts,
    )
  })
}

/** As a playbook has them, whatever hosts they are on. */
function inOrder(all: readonly GraphNode[], some: readonly GraphNode[]): readonly GraphNode[] {
  const wanted = new Set(some)
  return all.filter((node) => wanted.has(node))
}

function openGroup(
  session: Session,
  what: Pick<Group, 'names' | 'resources'>,
  provided: readonly ProvidedHost[],
): Group {
  const reaching = connectEach(session, provided)
  const locking = reaching.then(({ hosts }) =>
    hosts.size === 0 ? undefined : lockHosts(session, hosts.values()),
  )
  // Whoever waits for them is told; until somebody does, no failure is one that nobody handles.
  reaching.catch(() => undefined)
  locking.catch(() => undefined)
  return {
    ...what,
    reaching,
    locking,
    async close() {
      const [reached, locks] = await Promise.allSettled([reaching, locking])
      if (locks.status === 'fulfilled') locks.value?.release()
      if (reached.status === 'fulfilled') await closeAll(reached.value.hosts.values())
    },
  }
}

/**
 * Asks the hosts of a group and compares; what was asked before the run had them for itself is asked again.
 */
export async function planGroup(
  session: Session,
  group: Group,
  facts: Facts,
  known: ReadonlySet<string>,
): Promise<Asked> {
  const { hosts, unreached } = await group.reaching
  const ask = () => makePlan(group, hosts, facts, session.signal, known)
  const asked = performance.now()
  const [first, locking] = await Promise.allSettled([ask(), group.locking])
  if (locking.status === 'rejected') return unlocked(group, locking.reason)
  if (first.status === 'rejected') throw first.reason
  const locks = locking.value
  if (!locks) return { ready: undefined, unreached }
  const planned = locks.isAloneSince(asked) ? first.value : await ask()
  const silent = new Set(planned.unreached.map(({ host }) => host))
  const answering = new Map([...hosts].filter(([name]) => !silent.has(name)))
  return {
    ready: answering.size === 0 ? undefined : { group, hosts: answering, locks, planned },
    unreached: [...unreached, ...planned.unreached],
  }
}

/**
 * The locks of all groups together. Those that were released meanwhile are taken again, after all others were released: who
 * waits for one must hold none.
 */
export async function lockAll(
  session: Session,
  groups: readonly Group[],
  released: ReadonlySet<Group>,
): Promise<HostLocks> {
  const locks = (await Promise.all(groups.map(({ locking }) => locking))).filter((one) => one !== undefined)
  const release = (): void => {
    for (const one of locks) one.release()
  }
  if (released.size === 0) {
    return {
      signal: AbortSignal.any([session.signal, ...locks.map(({ signal }) => signal)]),
      isAloneSince: (time) => locks.every((one) => one.isAloneSince(time)),
      requireAll: () => {
        for (const one of locks) one.requireAll()
      },
      release,
    }
  }
  release()
  const reached = await Promise.all(groups.map(({ reaching }) => reaching))
  return lockHosts(
    { ...session, ifLocked: 'wait' },
    reached.flatMap(({ hosts }) => [...hosts.values()]),
  )
}

/** A host that is lost while its lock is taken is like one that was never reached, and its group cannot be locked without it. */
function unlocked({ names }: Group, error: unknown): Asked {
  if (!isProvisionError(error) || error.code !== 'host') throw error
  return { ready: undefined, unreached: names.map((host) => ({ host, error })) }
}
