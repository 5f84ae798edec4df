import type { ProvidedHost } from '../core/provider.ts'
import { buildPhase, converge, type Outcomes } from './converge.ts'
import { clearHere } from './leftovers-here.ts'
import { nodeTasks } from './nodes.ts'
import type { Session } from './session.ts'
import { inPhase } from '../core/track.ts'
import { unlessBusy } from './unless-busy.ts'
import { ownCommand } from '../core/text/own-command.ts'

/**
 * From nothing to a running system: box, nodes and builds side by side, then plan, apply and `after`. What is there
 * already is kept, so it can be run again at any time.
 */
export async function quickstart(session: Session): Promise<Outcomes> {
  await clearHere(session)
  return unlessBusy(session, async (session) => {
    const building = buildPhase(session)
    // Each promise is awaited in `converge`; until then nobody may take its failure for an unhandled one.
    building.catch(() => undefined)
    const outdated: string[] = []
    const hosts = hostsUp(session, building, (host) => outdated.push(host))
    const outcomes = await converge(session, hosts, building)
    tellOutdated(session, outdated)
    return outcomes
  })
}

/** Told last, and as a warning: between phases it went by unseen, and then the count said that there is nothing to do. */
function tellOutdated({ emit }: Session, hosts: readonly string[]): void {
  if (hosts.length === 0) return
  const text = `${hosts.join(', ')}: made from an earlier box; \`${ownCommand('destroy')}\` and \`${ownCommand('quickstart')}\` make them anew`
  emit({ event: 'note', level: 'warning', text })
}

async function hostsUp(
  session: Session,
  building: ReturnType<typeof buildPhase>,
  onOutdated: (host: string) => void,
): Promise<readonly ProvidedHost[]> {
  const { emit, provider, signal } = session
  if (provider.kind === 'ssh') return provider.survey(signal)
  const box = inPhase(
    emit,
    'box',
    () => session.ensureBox(building),
    ({ name }) => name,
  )
  box.catch(() => undefined)
  const hosts = await inPhase(
    emit,
    'nodes',
    () => provider.up(() => box, signal, nodeTasks(emit)),
    (up) => `${up.length} up`,
  )
  const { system } = await box
  // Images that are other ones than the box had then have been sent since.
  for (const host of hosts)
    if (host.system !== undefined && system !== undefined && host.system !== system) onOutdated(host.name)
  return hosts
}
