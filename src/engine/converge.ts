import { distinctBy } from '../core/distinct.ts'
import type { Failure, Finished } from '../core/event.ts'
import type { Facts } from '../core/facts.ts'
import { onHostsOrNeeding } from '../core/graph/host-groups.ts'
import { pathsByHost } from '../core/graph/places.ts'
import type { ProvidedHost } from '../core/provider.ts'
import { failureOf, inPhase } from '../core/track.ts'
import { afterPhase } from './after-phase.ts'
import { carryOut, type Carried } from './carry-out.ts'
import { endpointsOf } from './endpoints.ts'
import { removeFormerImages } from './former-images.ts'
import { lockAll, openGroups } from './group.ts'
import { isSome, someUnreached } from './hosts.ts'
import { tellStrays } from './strays.ts'
import type { Built, Session } from './session.ts'
import { scopeOf } from './workspace.ts'

/** How a run ended, but for its time. */
export type Outcomes = Omit<Finished, 'event' | 'durationMs'>

/** The facts of a run, once its hosts have addresses and its builds are done. */
export const factsOf = (session: Session, hosts: readonly ProvidedHost[], built: Built): Facts => ({
  scope: scopeOf(session.workspace),
  hosts: new Map(hosts.map(({ name, address }) => [name, { address }])),
  ...built,
  paths: pathsByHost(session.graph.resources.map(({ resource }) => resource)),
})

/** Builds all that the playbook needs, as the phase `build`. */
export const buildPhase = ({
  build,
  graph,
  signal,
  emit,
}: Pick<Session, 'build' | 'graph' | 'signal' | 'emit'>): Promise<Built> =>
  inPhase(
    emit,
    'build',
    () => build(graph.builds, signal),
    ({ built, images }) => {
      const all = [...built.values(), ...images.values()]
      const made = all.filter((one) => one.made === 'now').length
      return made === 0 ? `${all.length} up to date` : `${made} of ${all.length} made`
    },
  )

/** Brings hosts that run to the state that the playbook describes, and runs its `after`. */
export async function converge(
  session: Session,
  provided: Promise<readonly ProvidedHost[]>,
  building: Promise<Built>,
): Promise<Outcomes> {
  const opening = provided.then((hosts) => openGroups(session, hosts))
  try {
    const [hosts, built, groups] = await settled(provided, building, opening)
    tellStrays(session)
    const carried = await carryOut(session, groups, factsOf(session, hosts, built))
    let { held } = carried
    try {
      const outcomes = outcomesOf(session, carried)
      report(session, carried)
      if (outcomes.ok && !session.signal.aborted && session.declaration.after) {
        const locks = await lockAll(session, groups, held)
        held = [locks]
        await afterPhase({ ...session, signal: locks.signal }, hosts)
        locks.requireAll()
      }
      if (outcomes.ok) await removeFormerImages(carried.renewed, session.signal, session.emit)
      const endpoints = endpointsOf(session.graph, session.provider, hosts)
      session.emit({ event: 'endpoints', endpoints })
      return outcomes
    } finally {
      for (const locks of held) locks.release()
    }
  } finally {
    const groups = await opening.catch(() => [])
    await Promise.all(groups.map((group) => group.close()))
  }
}

function outcomesOf(
  { graph }: Session,
  { changed, unchanged, failed, skipped, unreached, troubles }: Carried,
): Outcomes {
  const lost = new Set(unreached.map(({ host }) => host))
  const onLost = graph.resources.filter(({ resource }) => lost.has(resource.host))
  return {
    ok: failed.length + skipped.length + unreached.length + troubles.length === 0,
    changed: changed.length,
    unchanged: unchanged.length,
    failed: failed.length + onLost.length,
  }
}

/** Waits for all, also when one fails, so that nothing goes on behind an error; then gives all or the first error. */
async function settled<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c])
  return [await a, await b, await c]
}

function report({ emit, signal, graph }: Session, { failed, skipped, unreached, troubles }: Carried): void {
  for (const failure of distinct(failed.map(({ failure }) => failure))) emit({ event: 'failed', failure })
  for (const trouble of troubles) emit({ event: 'failed', failure: failureOf(trouble) })
  if (isSome(unreached)) emit({ event: 'failed', failure: failureOf(someUnreached(unreached)) })
  const lost = unreached.map(({ host }) => host)
  const behind = onHostsOrNeeding(graph, new Set(lost))
  const notBegun = (why: string, ids: readonly string[]): void => {
    if (ids.length === 0) return
    const text = `not begun, because ${why}: ${ids.join(', ')}`
    emit({ event: 'note', level: 'warning', kind: 'not-begun', text })
  }
  if (signal.aborted) {
    notBegun('the run was interrupted', skipped)
    return
  }
  const reason = `${lost.join(', ')} ${lost.length === 1 ? 'was' : 'were'} not reached`
  notBegun(
    reason,
    skipped.filter((id) => behind.has(id)),
  )
  notBegun(
    'something they need failed',
    skipped.filter((id) => !behind.has(id)),
  )
}

/** A host that is lost fails all that was under way there in the same words. */
const distinct = (failures: readonly Failure[]): readonly Failure[] =>
  distinctBy(failures, (failure) => JSON.stringify(failure))
