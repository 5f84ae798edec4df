import { isProvisionError, ProvisionError } from '../core/error.ts'
import type { Finished } from '../core/event.ts'
import type { Facts } from '../core/facts.ts'
import type { HostPort } from '../core/host.ts'
import { changesIn, type Plan } from '../core/plan.ts'
import type { ProvidedHost } from '../core/provider.ts'
import { applyPlan, type Applied } from './apply.ts'
import { endpointsOf, reachOf } from './endpoints.ts'
import { closeAll, connectAll } from './hosts.ts'
import { makePlan } from './plan.ts'
import type { Built, Session } from './session.ts'
import { inPhase, tracked } from '../core/track.ts'

/** How a run ended, but for its time. */
export type Outcomes = Omit<Finished, 'event' | 'durationMs'>

/** The facts of a run, once its hosts have addresses and its builds are done. */
export const factsOf = (session: Session, hosts: readonly ProvidedHost[], built: Built): Facts => ({
  scope: { playbook: session.workspace.playbook.name, environment: session.workspace.environment },
  hosts: new Map(hosts.map(({ name, address }) => [name, { address }])),
  ...built,
})

/** Builds all that the playbook needs, as the phase `build`. */
export const buildPhase = (session: Session): Promise<Built> =>
  inPhase(
    session.emit,
    'build',
    () => session.build(session.graph.builds),
    ({ built, images }) => {
      const all = [...built.values(), ...images.values()]
      const made = all.filter(({ changed }) => changed.length > 0).length
      return made === 0 ? `${all.length} up to date` : `${made} of ${all.length} made`
    },
  )

/** Asks the hosts and compares, as the phase `plan`. */
export async function planPhase(
  session: Session,
  hosts: ReadonlyMap<string, HostPort>,
  facts: Facts,
): Promise<Plan> {
  const { emit, graph, signal } = session
  const planned = await inPhase(
    emit,
    'plan',
    () => makePlan(graph, hosts, facts, signal),
    ({ plan }) => `${changesIn(plan).length} of ${plan.steps.length} to change`,
  )
  session.hide(planned.secrets)
  for (const { host, name } of planned.keptVolumes) {
    emit({
      event: 'note',
      level: 'info',
      text: `${host} › volume ${name} is no longer in the playbook; it is kept for its data`,
    })
  }
  for (const text of planned.found) emit({ event: 'note', level: 'warning', text })
  emit({ event: 'planned', plan: planned.plan })
  return planned.plan
}

/** Brings hosts that run to the state that the playbook describes, and runs its `after`. */
export async function converge(
  session: Session,
  provided: Promise<readonly ProvidedHost[]>,
  building: Promise<Built>,
): Promise<Outcomes> {
  const connecting = provided.then((hosts) => connectAll(session, hosts))
  try {
    const [hosts, built, ports] = await settled(provided, building, connecting)
    const plan = await planPhase(session, ports, factsOf(session, hosts, built))
    const applied = await applyPhase(session, plan, ports)
    report(session, applied)
    if (applied.failed.length === 0 && !session.signal.aborted) await afterPhase(session, hosts)
    session.emit({ event: 'endpoints', endpoints: endpointsOf(session.graph, session.provider, hosts) })
    return {
      ok: applied.failed.length === 0 && applied.skipped.length === 0,
      changed: applied.changed.length,
      unchanged: applied.unchanged.length,
      failed: applied.failed.length,
    }
  } finally {
    await connecting.then((ports) => closeAll(ports.values())).catch(() => undefined)
  }
}

/** Waits for all, also when one fails, so that nothing goes on behind an error; then gives all or the first error. */
async function settled<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c])
  return [await a, await b, await c]
}

const applyPhase = (session: Session, plan: Plan, ports: ReadonlyMap<string, HostPort>): Promise<Applied> =>
  inPhase(
    session.emit,
    'apply',
    () => applyPlan(plan, ports, session.signal, session.emit),
    ({ changed, unchanged, failed, skipped }) => {
      const bad = [
        ...(failed.length > 0 ? [`${failed.length} failed`] : []),
        ...(skipped.length > 0 ? [`${skipped.length} not begun`] : []),
      ]
      return [`${changed.length} changed`, `${unchanged.length} unchanged`, ...bad].join(', ')
    },
    ({ failed, skipped }) => failed.length === 0 && skipped.length === 0,
  )

function report({ emit, signal }: Session, { failed, skipped }: Applied): void {
  for (const { failure } of failed) emit({ event: 'failed', failure })
  if (skipped.length === 0) return
  const why = signal.aborted ? 'the run was interrupted' : 'something they need failed'
  emit({ event: 'note', level: 'warning', text: `not begun, because ${why}: ${skipped.join(', ')}` })
}

async function afterPhase(session: Session, hosts: readonly ProvidedHost[]): Promise<void> {
  const { declaration, emit, provider, signal } = session
  const { after } = declaration
  if (!after) return
  const log = (line: string): void => emit({ event: 'task-output', task: 'after', line })
  await inPhase(
    emit,
    'after',
    () =>
      tracked(emit, { id: 'after', phase: 'after', title: 'after' }, () =>
        after(reachOf(provider, hosts), { log, signal }).catch((error: unknown) => {
          throw afterError(error)
        }),
      ),
    () => 'done',
  )
}

/** What the playbook's own code throws, with the place it came from. */
function afterError(error: unknown): ProvisionError {
  if (isProvisionError(error)) return error
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return new ProvisionError('playbook', `the playbook's \`after\` failed: ${message}`, {
    output: stack?.split('\n').slice(1, 4).join('\n'),
    help: 'the hosts are as they should be; mend `after` and run `provision refresh`',
    cause: error,
  })
}
