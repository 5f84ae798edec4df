import type { Emit, Event } from '../core/event.ts'
import { changesIn } from '../core/plan.ts'

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
        const { task, host, title } = event
        titles.set(task, host === undefined ? title : `${host} › ${title}`)
        begun.add(task)
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

/** Waits for work, but no longer than until a signal; then fails with what that is aborted with. */
export async function inTime<T>(work: Promise<T>, overdue: AbortSignal): Promise<T> {
  let give: () => void = () => undefined
  const late = new Promise<never>((_, reject) => {
    give = () => reject(overdue.reason instanceof Error ? overdue.reason : new Error('overdue'))
    overdue.addEventListener('abort', give, { once: true })
  })
  try {
    return await Promise.race([work, late])
  } finally {
    overdue.removeEventListener('abort', give)
  }
}
