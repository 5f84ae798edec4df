import { onAbort } from '../../core/async/abort.ts'
import type { Emit, Event } from '../../core/event.ts'
import { changesIn } from '../../core/plan.ts'
import { taskTitle } from '../../core/track.ts'

/** How far a run has come, as its events tell. */
export interface Progress {
  readonly hear: Emit
  /** What was begun and has not ended, in words. */
  readonly underWay: () => readonly string[]
  /** Ids of planned changes that were not begun. */
  readonly notBegun: () => readonly string[]
  /** How many planned changes were made. */
  readonly changed: () => number
}

export function followProgress(): Progress {
  const titles = new Map<string, string>()
  const begun = new Set<string>()
  const ended = new Set<string>()
  let planned: readonly string[] = []
  return {
    hear: (event: Event) => {
      if (event.event === 'planned') {
        planned = changesIn(event.plan).map(({ id }) => id)
      } else if (event.event === 'task-started') {
        titles.set(event.task, taskTitle(event))
        begun.add(event.task)
      } else if (event.event === 'task-finished' || event.event === 'task-failed') {
        titles.delete(event.task)
        if (event.event === 'task-finished') ended.add(event.task)
      }
    },
    underWay: () => [...titles.values()],
    notBegun: () => planned.filter((id) => !begun.has(id)),
    changed: () => planned.filter((id) => ended.has(id)).length,
  }
}

/**
 * Waits for work, but no longer than until a signal; then fails with what that is aborted with.
 * @param patience how long it may still take after that. Milliseconds
 */
export async function inTime<T>(work: Promise<T>, overdue: AbortSignal, patience = 0): Promise<T> {
  let forget: () => void = () => undefined
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(overdue.reason instanceof Error ? overdue.reason : new Error('overdue'))
    forget = onAbort(overdue, () => void setTimeout(giveUp, patience))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    forget()
  }
}

/** What is said of a run that did not end in time; others say it themselves. */
export function cutOffTexts({ underWay, notBegun }: Progress): readonly string[] {
  const [late, left] = [underWay(), notBegun()]
  return [
    ['cut off, because it did not end in good order', ...(late.length > 0 ? [late.join(', ')] : [])].join(
      ': ',
    ),
    ...(left.length > 0 ? [`not begun, because the run was interrupted: ${left.join(', ')}`] : []),
  ]
}
