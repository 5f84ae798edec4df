import type { Emit, Event, Finished } from '../../core/event.ts'

/** Whatever a stop made fail, the stop is what people have to know of. */
export const stoppedBy = (signal: AbortSignal, error: unknown): unknown =>
  signal.aborted ? signal.reason : error

export interface Held {
  readonly emit: Emit
  /** Whether what runs is a run, and not only a question. */
  readonly isUnderWay: () => boolean
  /** Says that nothing comes after it, and how long it took in milliseconds. */
  readonly finish: (end: 'fine' | 'failed', durationMs: number) => Finished
}

/** Keeps the event that ends a run until nothing can come after it; makes it where a command has none. */
export function holdLast(emit: Emit): Held {
  let isRun = false
  let held: Finished | undefined
  return {
    emit: (event: Event) => {
      if (event.event === 'phase-started') isRun = true
      if (event.event === 'finished') held = event
      else emit(event)
    },
    isUnderWay: () => isRun,
    finish: (end, durationMs) => {
      const { changed = 0, unchanged = 0, failed = 0 } = held ?? {}
      const ok = end === 'fine' && (held?.ok ?? true)
      const finished: Finished = {
        event: 'finished',
        ...{ ok, changed, unchanged, failed },
        durationMs: Math.round(durationMs),
        ...(ok && held?.again ? { again: true } : {}),
      }
      emit(finished)
      return finished
    },
  }
}
