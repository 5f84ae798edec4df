import type { Plan } from '../../core/plan.ts'
import type { ConnectedHost } from '../../transport/host.ts'
import { isClearing } from './leftovers.ts'
import type { Planned } from './make.ts'
import { holderOf } from '../host-locks.ts'
import type { Session } from '../session.ts'

/** Who is at work on which hosts now, in words. Whoever cannot be asked is told as not reached anyway. */
export async function holdersOf(
  run: Pick<Session, 'workspace' | 'signal'>,
  hosts: Iterable<ConnectedHost>,
): Promise<ReadonlyMap<string, string>> {
  const holders = await Promise.all(
    [...hosts].map(async (host) => [host.name, await holderOf(run, host)] as const),
  )
  return new Map(holders.flatMap(([host, who]) => (who === undefined ? [] : [[host, who] as const])))
}

/** What it means for a plan that somebody is at work on a host. */
export const busyText = (host: string, who: string): string =>
  `${host}: ${who}; this plan shows what that run has not done yet, or is doing, as to be changed: plan again when it has ended`

/** What was planned without what takes away things of a run that is at work, as if it had left them. */
export function besideRuns(planned: Planned, busy: ReadonlyMap<string, string>): Planned {
  if (busy.size === 0) return planned
  return {
    ...planned,
    plan: withoutClearings(planned.plan, busy),
    found: planned.found.filter(({ host }) => !busy.has(host)),
  }
}

function withoutClearings(plan: Plan, busy: ReadonlyMap<string, string>): Plan {
  const wrong = new Set(
    plan.steps.filter((step) => busy.has(step.host) && isClearing(step)).map(({ id }) => id),
  )
  const steps = plan.steps.filter(({ id }) => !wrong.has(id))
  return {
    ...plan,
    steps: steps.map((step) => ({ ...step, needs: step.needs.filter((id) => !wrong.has(id)) })),
  }
}
