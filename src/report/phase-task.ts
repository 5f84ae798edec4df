import type { ListrTask } from 'listr2'
import { deferred } from '../core/async/deferred.ts'
import type { Phase } from '../core/event.ts'

/** How a phase looks at this moment. */
export interface Drawing {
  readonly title: string
  /** Below the title. */
  readonly lines: readonly string[]
}

/** A phase on the screen: it waits to be entered or skipped, and then for its end. */
export interface PhaseTask {
  readonly task: ListrTask
  readonly enter: () => void
  readonly skip: () => void
  readonly end: (outcome: 'done' | 'failed') => void
  readonly redraw: () => void
}

/** The two texts of a task of listr2 that we change. */
interface Show {
  title: string
  output: string
}

/** Spaces at a line's start would be trimmed by listr2; behind this they are not. */
const keep = '\u001b[0m'

export function phaseTask(phase: Phase, draw: () => Drawing): PhaseTask {
  const entry = deferred<'entered' | 'skipped'>()
  const ended = deferred<'done' | 'failed'>()
  let underWay: Show | undefined
  let asked = 0

  const drawOn = (show: Show): void => {
    const { title, lines } = draw()
    if (show.title !== title) show.title = title
    const output = lines.map((line) => `${keep}  ${line}`).join('\n')
    if (show.output !== output) show.output = output
  }

  return {
    task: {
      title: phase,
      // Asked once before anything runs, where all answers are waited for, and once more before it runs itself.
      enabled: async () => (asked++ === 0 ? false : (await entry.promise) === 'entered'),
      task: async (_, show) => {
        underWay = show
        drawOn(show)
        const outcome = await ended.promise
        underWay = undefined
        drawOn(show)
        if (outcome === 'failed') throw new Error(phase)
      },
      rendererOptions: { persistentOutput: true },
    },
    enter: () => entry.resolve('entered'),
    skip: () => entry.resolve('skipped'),
    end: ended.resolve,
    redraw: () => {
      if (underWay) drawOn(underWay)
    },
  }
}
