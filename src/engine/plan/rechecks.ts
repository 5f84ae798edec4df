import type { Recheck } from '../../core/module.ts'
import { resourceTitle } from '../../core/resource.ts'
import type { Exchange } from './taking-order.ts'

/** What a resource and its host make of each other, and what is asked again where something that it needs changes. */
export interface Judged extends Exchange {
  readonly recheck: Recheck | undefined
}

/**
 * Has what was found to be fine asked again at its turn, where something that it needs changes before, be it by way of what
 * does not: the answer was given before that.
 * @param all each after what it needs
 */
export function withRechecks(all: readonly Judged[]): readonly Exchange[] {
  /** By the id of a step: what changes up to it, in words. */
  const changing = new Map<string, readonly string[]>()
  return all.map(({ recheck, ...one }) => {
    const { step } = one
    const causes = [...new Set(step.needs.flatMap((id) => changing.get(id) ?? []))]
    const asks = step.operation === 'none' && recheck !== undefined && causes.length > 0
    changing.set(step.id, asks || step.operation !== 'none' ? [resourceTitle(step)] : causes)
    if (!asks) return one
    const because = [
      causes.length > 1 ? `${causes[0] ?? ''} and ${causes.length - 1} more` : (causes[0] ?? ''),
    ]
    const changes = recheck.changes.map((change) => ({ ...change, because }))
    return { ...one, step: { ...step, operation: 'ask', changes, actions: recheck.actions } }
  })
}
