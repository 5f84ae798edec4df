import type { Facts } from '../core/facts.ts'
import type { GraphNode } from '../core/graph/index.ts'
import { hostGroups } from '../core/graph/host-groups.ts'
import { workIn } from '../core/plan.ts'
import type { ProvidedHost } from '../core/provider.ts'
import type { ConnectedHost } from '../transport/host.ts'
import { connectInTurn } from './connect-in-turn.ts'
import { lockHosts, lockReached, type HostLocks } from './host-locks.ts'
import { closeAll, connectEach, type Reached, type Unreached } from './hosts.ts'
import type { Whole } from './plan/host.ts'
import { makePlan, type Planned } from './plan/make.ts'
import type { Session } from './session.ts'

/** Hosts that need nothing of others, on their way into a run. */
export interface Group {
  readonly names: readonly string[]
  readonly resources: readonly GraphNode[]
  readonly reaching: Promise<Reached>
  readonly close: () => Promise<void>
}

/** A group whose hosts have answered. */
export interface PlannedGroup {
  readonly group: Group
  readonly hosts: ReadonlyMap<string, ConnectedHost>
  /** Undefined when there is nothing to do: then nobody needs to be kept out. */
  readonly locks: HostLocks | undefined
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
  const { graph, signal } = session
  const connect = connectInTurn(session.connect)
  const hostNamed = new Map(provided.map((host) => [host.name, host]))
  const resourcesOf = new Map(provided.map(({ name }): [string, GraphNode[]] => [name, []]))
  for (const node of graph.resources) resourcesOf.get(node.resource.host)?.push(node)
  return hostGroups(graph, [...hostNamed.keys()]).map((names) => {
    const hosts = names.flatMap((name) => hostNamed.get(name) ?? [])
    const resources = names.flatMap((name) => resourcesOf.get(name) ?? [])
    return openGroup(
      { connect, signal },
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
  session: Pick<Session, 'connect' | 'signal'>,
  what: Pick<Group, 'names' | 'resources'>,
  provided: readonly ProvidedHost[],
): Group {
  const reaching = connectEach(session, provided)
  // Whoever waits for it is told; until somebody does, no failure is one that nobody handles.
  reaching.catch(() => undefined)
  return {
    ...what,
    reaching,
    async close() {
      const reached = await reaching.catch(() => undefined)
      if (reached) await closeAll(reached.hosts.values())
    },
  }
}

/**
 * Asks the hosts of a group and compares; takes their locks when there is something to do. What was asked before the run had
 * them for itself is asked again.
 */
export async function planGroup(session: Session, group: Group, facts: Facts, whole: Whole): Promise<Asked> {
  const { hosts, unreached } = await group.reaching
  if (hosts.size === 0) return { ready: undefined, unreached }
  const ask = (some: Reached['hosts']) => makePlan(group, some, facts, session.signal, whole)
  const asked = performance.now()
  const first = await ask(hosts)
  const answering = without(hosts, first.unreached)
  const silent = [...unreached, ...first.unreached]
  if (workIn(first.plan).length === 0) return readyOf(group, answering, silent, first)
  const locking = lockReached(session, answering.values())
  // Only once they are asked for: they are waited for.
  for (const step of workIn(first.plan)) answering.get(step.host)?.expect(step.actions)
  const { locks, unreached: lost } = await locking
  if (lost.length === 0 && locks.isAloneSince(asked)) return readyOf(group, answering, silent, first, locks)
  try {
    const left = without(answering, lost)
    const again = await ask(left)
    const all = [...silent, ...lost, ...again.unreached]
    return readyOf(group, without(left, again.unreached), all, again, locks)
  } catch (error) {
    locks.release()
    throw error
  }
}

const without = (hosts: Reached['hosts'], unreached: readonly Unreached[]): Reached['hosts'] => {
  const names = new Set(unreached.map(({ host }) => host))
  return names.size === 0 ? hosts : new Map([...hosts].filter(([name]) => !names.has(name)))
}

function readyOf(
  group: Group,
  hosts: Reached['hosts'],
  unreached: readonly Unreached[],
  planned: Planned,
  locks?: HostLocks,
): Asked {
  if (hosts.size > 0) return { ready: { group, hosts, locks, planned }, unreached }
  locks?.release()
  return { ready: undefined, unreached }
}

/** The locks of all hosts. Those that are held are given back first: who waits for a lock must hold none. */
export async function lockAll(
  session: Session,
  groups: readonly Group[],
  held: readonly HostLocks[],
): Promise<HostLocks> {
  const [only] = held
  if (only && groups.length === 1) return only
  for (const one of held) one.release()
  const reached = await Promise.all(groups.map(({ reaching }) => reaching))
  return lockHosts(
    { ...session, ifLocked: 'wait' },
    reached.flatMap(({ hosts }) => [...hosts.values()]),
  )
}
