import type { Event, Failure, Finished, NamedEndpoint } from '../core/event.ts'
import type { Plan } from '../core/plan.ts'

/** What people want to know when a run is over, gathered from its events. */
export interface Outcome {
  command: string
  /** Whether any phase has begun: a call that was wrong has nothing to count. */
  isUnderWay: boolean
  /** What the command answered, for people. */
  answers: string[]
  plan: Plan | undefined
  /** Ids of its steps that turned out to have nothing to do. */
  readonly needless: Set<string>
  failures: Failure[]
  /** Path of the file that explains the failure. */
  capsule: string | undefined
  endpoints: readonly NamedEndpoint[]
  finished: Finished | undefined
}

export const emptyOutcome = (): Outcome => ({
  command: '',
  isUnderWay: false,
  answers: [],
  plan: undefined,
  needless: new Set(),
  failures: [],
  capsule: undefined,
  endpoints: [],
  finished: undefined,
})

export function gather(outcome: Outcome, event: Event): void {
  switch (event.event) {
    case 'started':
      outcome.command = event.command
      return
    case 'planned':
      outcome.plan = event.plan
      return
    case 'task-finished':
      if (event.needless) outcome.needless.add(event.task)
      return
    case 'task-failed':
    case 'failed':
      outcome.failures = withFailure(outcome.failures, event.failure)
      return
    case 'capsule':
      outcome.capsule = event.path
      return
    case 'endpoints':
      outcome.endpoints = event.endpoints
      return
    case 'phase-started':
      outcome.isUnderWay = true
      return
    case 'finished':
      outcome.finished = event
      return
    default:
      return
  }
}

/** The same error is told by the task that met it and by the run that it ended: it is shown once, the fuller telling. */
function withFailure(failures: readonly Failure[], next: Failure): Failure[] {
  const isSame = (failure: Failure) =>
    // Everything that a stop interrupts fails alike: the stop itself is told last, and is enough.
    (failure.code === 'interrupted' && next.code === 'interrupted') || failure.message === next.message
  const former = failures.find(isSame)
  if (!former) return [...failures, next]
  return failures.map((failure) => (failure === former && isFuller(next, former) ? next : failure))
}

/** Whether a second telling says more: which stop it was, whose fault and where, or more of the output. */
const isFuller = (next: Failure, former: Failure): boolean =>
  next.code === 'interrupted' ||
  former.code === 'bug' ||
  (next.place !== undefined && former.place === undefined) ||
  (former.output ?? '').length < (next.output ?? '').length
