import type { Scope } from '../../core/facts.ts'
import type { Graph } from '../../core/graph/index.ts'
import { changesIn, inNeedOrder, type Plan, type Step } from '../../core/plan.ts'
import type { Planned } from './make.ts'
import type { Session } from '../session.ts'

/** One plan of those of several groups of hosts, in the order that a plan of all would have. */
export function mergePlans(
  scope: Scope,
  { resources }: Pick<Graph, 'resources'>,
  plans: readonly Plan[],
): Plan {
  const places = new Map(resources.map(({ id }, place) => [id, place]))
  const placeOf = ({ id }: Step) => places.get(id) ?? -1
  const steps = plans.flatMap((plan) => plan.steps).sort((a, b) => placeOf(a) - placeOf(b))
  return { playbook: scope.playbook, environment: scope.environment, steps: inNeedOrder(steps) }
}

/** How much plans have to do, in words. */
export const changesText = (plans: readonly Plan[]): string =>
  `${plans.flatMap(changesIn).length} of ${plans.flatMap(({ steps }) => steps).length} to change`

/** Tells a plan, and what was noticed when its latest parts were made. */
export function tellPlanned({ hide, emit }: Session, latest: readonly Planned[], plan: Plan): void {
  hide(latest.flatMap(({ secrets }) => secrets))
  for (const { text } of latest.flatMap(({ found }) => found)) emit({ event: 'note', level: 'info', text })
  for (const { host, name } of latest.flatMap(({ keptVolumes }) => keptVolumes)) {
    emit({
      event: 'note',
      level: 'info',
      text: `${host} › volume ${name} is no longer in the playbook; it is kept for its data`,
    })
  }
  emit({ event: 'planned', plan })
}
