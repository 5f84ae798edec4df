import type { Emit } from '../../core/event.ts'
import { tracked } from '../../core/track.ts'
import { interruption } from '../../transport/session/exec-error.ts'

/** What one build shows while it works. */
export interface BuildTask {
  readonly line: (text: string) => void
  readonly progress: (done: number, total: number, unit: 'bytes' | 'steps') => void
  /** The end of the output so far, for an error. */
  readonly tail: () => string
}

const tailLines = 30

/**
 * Shows a piece of work as a task of the phase `build`. Whatever it fails with once it is told to stop counts as the
 * reason for that.
 */
export function asTask<T>(
  emit: Emit,
  title: string,
  signal: AbortSignal,
  work: (task: BuildTask) => Promise<T>,
): Promise<T> {
  if (signal.aborted) return Promise.reject(interruption(title, signal))
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
      throw interruption(title, signal)
    }
  })
}
