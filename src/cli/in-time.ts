import type { Emit, Event } from '../core/event.ts'

/** What a run has begun and not ended, as its events tell. */
export interface UnderWay {
  readonly hear: Emit
  readonly titles: () => readonly string[]
}

export function underWay(): UnderWay {
  const titles = new Map<string, string>()
  return {
    hear: (event: Event) => {
      if (event.event === 'task-started') {
        const { task, host, title } = event
        titles.set(task, host === undefined ? title : `${host} › ${title}`)
      } else if (event.event === 'task-finished' || event.event === 'task-failed') {
        titles.delete(event.task)
      }
    },
    titles: () => [...titles.values()],
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
