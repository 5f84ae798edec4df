import { distinctBy } from '../../core/distinct.ts'
import type { Event, Failure } from '../../core/event.ts'
import { touchesHosts } from '../../core/history/journal.ts'
import type { Plan } from '../../core/plan.ts'
import { isOnlyEdited } from '../../engine/watch/meanwhile.ts'

/** Which runs leave a journal, and a capsule when they fail: all, or those that do something to a host. */
export type Record = 'all' | 'changes'

/** What a capsule needs to know of a run. */
export interface Seen {
  plan: Plan | undefined
  /** Whether any phase was entered: what fails before says all there is to say. */
  begun: boolean
  /** Whether anything was done to a host. */
  touched: boolean
  readonly steps: string[]
  failures: readonly Failure[]
}

export const emptySeen = (): Seen => ({
  plan: undefined,
  begun: false,
  touched: false,
  steps: [],
  failures: [],
})

export function see(seen: Seen, event: Event): void {
  if (event.event === 'planned') seen.plan = event.plan
  if (event.event === 'task-failed') seen.steps.push(event.task)
  if (event.event === 'phase-started') seen.begun = true
  if (touchesHosts(event)) seen.touched = true
  if (event.event !== 'task-failed' && event.event !== 'failed') return
  // The step that met it and the run tell the same.
  seen.failures = distinctBy([...seen.failures, event.failure], ({ message }) => message)
}

/** Whether a run that failed is to be explained by a capsule. In a watch the next run mends what was saved meanwhile. */
export function needsCapsule(
  record: Record,
  { failures, begun, touched }: Pick<Seen, 'failures' | 'begun' | 'touched'>,
): boolean {
  if (failures.some(({ code }) => explained.has(code))) return false
  const isBug = failures.some(({ code }) => code === 'bug')
  const isMistake = failures.length > 0 && failures.every(({ code }) => code === 'playbook')
  if (!isBug && (!begun || (isMistake && !touched))) return false
  return record === 'all' || (touched && !isOnlyEdited(failures))
}

/** Failures that say all there is to say. */
const explained: ReadonlySet<string> = new Set<Failure['code']>(['usage', 'interrupted'])
