import type { Facts } from '../core/facts.ts'
import type { HostPort } from '../core/host.ts'
import type { AbsentHost, Plan } from '../core/plan.ts'
import { inPhase } from '../core/track.ts'
import { blankHost } from './plan/blank-host.ts'
import { buildPhase, converge, factsOf, type Outcomes } from './converge.ts'
import { connectInTurn } from './connect-in-turn.ts'
import { closeAll, connectEach, isSome, noneReached, someUnreached, type Reached } from './hosts.ts'
import { clearHere } from './leftovers-here.ts'
import { runningHosts } from './nodes.ts'
import { makePlan } from './plan/make.ts'
import { absentIn, absentTexts } from './plan/absent.ts'
import { besideRuns, busyText, holdersOf } from './plan/busy.ts'
import { changesText, tellPlanned } from './plan/told.ts'
import type { Session } from './session.ts'
import { tellStrays } from './strays.ts'
import { unlessBusy } from './unless-busy.ts'

/** Brings what was edited into the running system: rebuilds, pushes and restarts what changed, and runs `after` again. */
export async function refresh(session: Session): Promise<Outcomes> {
  await clearHere(session)
  return unlessBusy(session, (session) => {
    const hosts = runningHosts(session)
    const building = hosts.then(() => buildPhase(session))
    building.catch(() => undefined)
    return converge(session, hosts, building)
  })
}

/**
 * What a refresh would do; nothing on any host changes. Hosts that do not exist yet count as empty, and of those that are
 * stopped nothing is planned.
 */
export async function plan(session: Session): Promise<Plan> {
  const provided = await session.provider.survey(session.signal)
  const running = provided.filter(({ state }) => state === 'running')
  const absent = absentIn(provided)
  for (const text of absentTexts(absent)) session.emit({ event: 'note', level: 'warning', text })
  tellStrays(session)
  const { signal } = session
  const connecting = connectEach({ connect: connectInTurn(session.connect), signal }, running)
  try {
    const [built, reached] = await Promise.all([buildPhase(session), connecting])
    if (isSome(reached.unreached) && reached.hosts.size === 0) throw noneReached(reached.unreached)
    return await planOf(session, reached, absent, factsOf(session, provided, built))
  } finally {
    await connecting.then(({ hosts }) => closeAll(hosts.values())).catch(() => undefined)
  }
}

/** Asks the hosts and compares, as the phase `plan`. @throws ProvisionError when not all answer, once the others' is told */
async function planOf(
  session: Session,
  reached: Reached,
  absent: readonly AbsentHost[],
  facts: Facts,
): Promise<Plan> {
  const { emit, graph, signal } = session
  const blank = absent.filter(({ state }) => state !== 'stopped').map(({ name }) => blankHost(name))
  const hosts = new Map<string, HostPort>([
    ...reached.hosts,
    ...blank.map((host): [string, HostPort] => [host.name, host]),
  ])
  const [asked, busy] = await inPhase(
    emit,
    'plan',
    () => Promise.all([makePlan(graph, hosts, facts, signal), holdersOf(session, reached.hosts.values())]),
    ([{ plan }]) => changesText([plan]),
  )
  for (const [host, who] of busy) emit({ event: 'note', level: 'warning', text: busyText(host, who) })
  const planned = besideRuns(asked, busy)
  const plan = absent.length > 0 ? { ...planned.plan, absent } : planned.plan
  tellPlanned(session, [planned], plan)
  const unreached = [...reached.unreached, ...planned.unreached]
  if (isSome(unreached)) throw someUnreached(unreached)
  return plan
}
