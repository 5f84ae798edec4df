import type { Emit, Event, Failure, Phase } from '../../core/event.ts'

/** Whether a run failed for nothing but files that were saved while it was at work. */
export const isOnlyEdited = (failures: readonly Pick<Failure, 'code'>[]): boolean =>
  failures.length > 0 && failures.every(({ code }) => code === 'edited')

/** Phases that a file which was saved meanwhile can end. */
const readsFiles: ReadonlySet<Phase> = new Set<Phase>(['build', 'apply'])

/** What stands in the place of a failure. */
const summary = 'left to the next run'

/**
 * Carries out a run, and tells its events so that one which failed for nothing but files that were saved meanwhile is no failure: it is
 * done with `again`. Whatever else fails is told as it is, and those files with it.
 * @param signal of the run: one that is stopped leaves nothing to a next one
 */
export async function quietly<T>(
  emit: Emit,
  signal: AbortSignal,
  work: (emit: Emit) => Promise<T>,
): Promise<T> {
  const failures: Failure[] = []
  const held: Event[] = []
  const isQuiet = (): boolean => !signal.aborted && isOnlyEdited(failures)
  const release = (): void => held.splice(0).forEach(emit)
  const tell: Emit = (event) => {
    switch (event.event) {
      case 'task-failed': {
        failures.push(event.failure)
        const { task, durationMs } = event
        emit(isEdited(event.failure) ? { event: 'task-finished', task, durationMs, summary } : event)
        return
      }
      case 'phase-finished':
        emit(readsFiles.has(event.phase) && !event.ok && isQuiet() ? { ...event, ok: true, summary } : event)
        return
      case 'failed':
        failures.push(event.failure)
        if (isEdited(event.failure)) held.push(event)
        else emit(event)
        return
      case 'note':
        // It follows the failures that it is about; what is put back after them may yet fail.
        if (event.kind === 'not-begun' && isQuiet()) held.push(event)
        else emit(event)
        return
      case 'finished':
        if (!event.ok && isQuiet()) {
          held.length = 0
          emit({ ...event, ok: true, failed: 0, again: true })
          return
        }
        release()
        emit(event)
        return
      default:
        emit(event)
    }
  }
  try {
    return await work(tell)
  } finally {
    // What ends without a last event hides nothing.
    release()
  }
}

const isEdited = ({ code }: Failure): boolean => code === 'edited'
