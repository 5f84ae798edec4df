import type { ListrTask } from 'listr2'
import { deferred } from '../core/async/deferred.ts'

/** The lines that stay below the phases. */
export interface NoteTask {
  readonly task: ListrTask
  readonly note: (line: string) => void
  readonly close: () => void
}

export function noteTask(): NoteTask {
  const closed = deferred<undefined>()
  const queued: string[] = []
  let bar: { output: string } | undefined
  return {
    task: {
      // A task without a title writes to the bar at the bottom.
      task: async (_, shown) => {
        bar = shown
        for (const line of queued) bar.output = line
        await closed.promise
      },
      rendererOptions: { bottomBar: Infinity, persistentOutput: true },
    },
    note: (line) => {
      if (bar) bar.output = line
      else queued.push(line)
    },
    close: () => closed.resolve(undefined),
  }
}
