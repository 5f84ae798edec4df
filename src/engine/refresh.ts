import type { Plan } from '../core/plan.ts'
import type { HostPort } from '../core/host.ts'
import { blankHost } from './blank-host.ts'
import { buildPhase, converge, factsOf, planPhase, type Outcomes } from './converge.ts'
import { closeAll, connectAll } from './hosts.ts'
import { clearHere } from './leftovers-here.ts'
import { runningHosts } from './nodes.ts'
import type { Session } from './session.ts'

/** Brings what was edited into the running system: rebuilds, pushes and restarts what changed, and runs `after` again. */
export async function refresh(session: Session): Promise<Outcomes> {
  await clearHere(session)
  const hosts = runningHosts(session)
  const building = hosts.then(() => buildPhase(session))
  building.catch(() => undefined)
  return converge(session, hosts, building)
}

/** What a refresh would do. Hosts that do not exist yet count as empty; nothing on any host changes. */
export async function plan(session: Session): Promise<Plan> {
  const provided = await session.provider.survey(session.signal)
  const running = provided.filter(({ state }) => state === 'running')
  for (const { name, state } of provided.filter((host) => host.state !== 'running')) {
    const text = `${name} is ${state}: planned as an empty host`
    session.emit({ event: 'note', level: 'warning', text })
  }
  const connecting = connectAll(session, running)
  try {
    const [built, connected] = await Promise.all([buildPhase(session), connecting])
    const hosts = new Map<string, HostPort>(
      provided.map(({ name }) => [name, connected.get(name) ?? blankHost(name)]),
    )
    return await planPhase(session, hosts, factsOf(session, provided, built))
  } finally {
    await connecting.then((hosts) => closeAll(hosts.values())).catch(() => undefined)
  }
}
