import { ProvisionError } from '../../core/error.ts'
import type { Emit } from '../../core/event.ts'
import { tracked } from '../../core/track.ts'

/** What one build shows while it works. */
export interface BuildTask {
  readonly line: (text: string) => void
  readonly progress: (done: number, total: number, unit: 'bytes' | 'steps') => void
  /** The end of the output so far, for an error. */
  readonly tail: () => string
}

const tailLines = 30

/**
 * Shows a piece of work as a task of the phase `build`. Whatever it fails with once the run is stopped counts as the
 * interruption that it comes from.
 */
export function asTask<T>(
  emit: Emit,
  title: string,
  signal: AbortSignal,
  work: (task: BuildTask) => Promise<T>,
): Promise<T> {
  const interrupted = (cause?: unknown) =>
    new ProvisionError('interrupted', `${title}: interrupted`, { cause })
  if (signal.aborted) return Promise.reject(interrupted())
  const id = `build/${title}`
  const last: string[] = []
  const task: BuildTask = {
    line(text) {
      if (last.push(text) > tailLines) last.shift()
      emit({ event: 'task-output', task: id, line: text })
    },
    progress: (done, total, unit) => emit({ event: 'task-progress', task: id, done, total, unit }),
    tail: () => last.join('\n'),
  }
  return tracked(emit, { id, phase: 'build', title }, async () => {
    try {
      return await work(task)
    } catch (error) {
      if (!signal.aborted) throw error
      throw interrupted(error)
    }
  })
}
