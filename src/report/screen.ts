import type * as listr from 'listr2'
import { phases, type Phase } from '../core/event.ts'
import { noteTask } from './note-task.ts'
import { phaseTask, type Drawing } from './phase-task.ts'

export interface ScreenOptions extends Streams {
  /** Asked ten times a second for each phase that is under way, whatever happened in between: so it scales. */
  readonly draw: (phase: Phase, spinner: string) => Drawing
}

interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** The live part of a terminal: one task of listr2 for each phase that has started, in the order of phases. */
export interface Screen {
  readonly start: (phase: Phase) => void
  readonly end: (phase: Phase, outcome: 'done' | 'failed') => void
  /** A line that stays below the phases. */
  readonly note: (line: string) => void
  /** Ends all that is still open, and leaves the last picture on the screen. */
  readonly close: (outcome: 'done' | 'failed') => Promise<void>
}

/** Milliseconds. */
const frame = 100

export async function openScreen({ stdout, stderr, draw }: ScreenOptions): Promise<Screen> {
  const listr2 = await import('listr2')
  const spinner = new listr2.Spinner()
  const tasks = new Map(phases.map((phase) => [phase, phaseTask(phase, () => draw(phase, spinner.fetch()))]))
  const notes = noteTask()
  const turn = setInterval(() => {
    for (const { redraw } of tasks.values()) redraw()
  }, frame)
  const all = [...[...tasks.values()].map(({ task }) => task), notes.task]
  const running = new listr2.Listr(all, listOptions(listr2, spinner, { stdout, stderr })).run()

  return {
    start: (phase) => tasks.get(phase)?.enter(),
    end: (phase, outcome) => tasks.get(phase)?.end(outcome),
    note: notes.note,
    close: async (outcome) => {
      for (const { skip, end } of tasks.values()) {
        skip()
        end(outcome)
      }
      notes.close()
      await running
      clearInterval(turn)
    },
  }
}

function listOptions(
  { DefaultRenderer, ListrLogger, ProcessOutput }: typeof listr,
  spinner: listr.Spinner,
  { stdout, stderr }: Streams,
) {
  // Whether there is a terminal was asked before, of the stream that is drawn on.
  class Renderer extends DefaultRenderer {
    static override nonTTY = true
  }
  return {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: Renderer,
    rendererOptions: {
      spinner,
      indentation: 0,
      formatOutput: 'truncate',
      collapseErrors: false,
      showErrorMessage: false,
      icon: { OUTPUT: '', OUTPUT_WITH_BOTTOMBAR: '' },
      logger: new ListrLogger({
        useIcons: true,
        toStderr: [],
        processOutput: new ProcessOutput(stdout, stderr),
      }),
    },
  } as const
}
