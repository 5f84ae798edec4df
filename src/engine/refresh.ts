import type { Facts } from '../core/facts.ts'
import type { HostPort } from '../core/host.ts'
import { changesIn, type Plan } from '../core/plan.ts'
import { inPhase } from '../core/track.ts'
import { blankHost } from './blank-host.ts'
import { buildPhase, converge, factsOf, type Outcomes } from './converge.ts'
import { connectInTurn } from './connect-in-turn.ts'
import { closeAll, connectEach, noneReached, someUnreached, type Unreached } from './hosts.ts'
import { clearHere } from './leftovers-here.ts'
import { runningHosts } from './nodes.ts'
import { makePlan } from './plan.ts'
import { tellPlanned } from './plan-told.ts'
import type { Session } from './session.ts'
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

/** What a refresh would do. Hosts that do not exist yet count as empty; nothing on any host changes. */
export async function plan(session: Session): Promise<Plan> {
  const provided = await session.provider.survey(session.signal)
  const running = provided.filter(({ state }) => state === 'running')
  const absent = provided.filter(({ state }) => state !== 'running')
  for (const { name, state } of absent) {
    const text = `${name} is ${state}: planned as an empty host`
    session.emit({ event: 'note', level: 'warning', text })
  }
  const { signal } = session
  const connecting = connectEach({ connect: connectInTurn(session.connect), signal }, running)
  try {
    const [built, reached] = await Promise.all([buildPhase(session), connecting])
    const [first, ...others] = reached.unreached
    if (first && reached.hosts.size === 0) throw noneReached([first, ...others])
    const hosts = new Map<string, HostPort>([
      ...reached.hosts,
      ...absent.map(({ name }): [string, HostPort] => [name, blankHost(name)]),
    ])
    return await planOf(session, hosts, factsOf(session, provided, built), reached.unreached)
  } finally {
    await connecting.then(({ hosts }) => closeAll(hosts.values())).catch(() => undefined)
  }
}

/** Asks the hosts and compares, as the phase `plan`. @throws ProvisionError when not all answer, once the others' is told */
async function planOf(
  session: Session,
  hosts: ReadonlyMap<string, HostPort>,
  facts: Facts,
  without: readonly Unreached[],
): Promise<Plan> {
  const planned = await inPhase(
    session.emit,
    'plan',
    () => makePlan(session.graph, hosts, facts, session.signal),
    ({ plan }) => `${changesIn(plan).length} of ${plan.steps.length} to change`,
  )
  tellPlanned(session, [planned], planned.plan)
  const [first, ...others] = [...without, ...planned.unreached]
  if (first) throw someUnreached([first, ...others])
  return planned.plan
}
