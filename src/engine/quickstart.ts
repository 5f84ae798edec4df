import type { ProvidedHost } from '../core/provider.ts'
import { buildPhase, converge, type Outcomes } from './converge.ts'
import { clearHere } from './leftovers-here.ts'
import { nodeTasks } from './nodes.ts'
import type { Session } from './session.ts'
import { inPhase } from '../core/track.ts'
import { unlessBusy } from './unless-busy.ts'

/**
 * From nothing to a running system: box, nodes and builds side by side, then plan, apply and `after`. What is there
 * already is kept, so it can be run again at any time.
 */
export async function quickstart(session: Session): Promise<Outcomes> {
  await clearHere(session)
  return unlessBusy(session, (session) => {
    const building = buildPhase(session)
    // Each promise is awaited in `converge`; until then nobody may take its failure for an unhandled one.
    building.catch(() => undefined)
    return converge(session, hostsUp(session, building), building)
  })
}

async function hostsUp(
  session: Session,
  building: ReturnType<typeof buildPhase>,
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
  const { digest } = await box
  const old = hosts.filter((host) => host.box !== undefined && host.box !== digest).map(({ name }) => name)
  if (old.length > 0) {
    emit({
      event: 'note',
      level: 'info',
      text: `${old.join(', ')}: made from an earlier box; \`provision destroy\` and \`quickstart\` make them anew`,
    })
  }
  return hosts
}
