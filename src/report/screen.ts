import type { ListrTask } from 'listr2'
import { deferred } from '../core/deferred.ts'
import { phases, type Phase } from '../core/event.ts'

/** How a phase looks at this moment. */
export interface Drawing {
  readonly title: string
  /** Below the title. */
  readonly lines: readonly string[]
}

export interface ScreenOptions {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** Asked ten times a second for each phase that is under way, whatever happened in between: so it scales. */
  readonly draw: (phase: Phase, spinner: string) => Drawing
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

interface Show {
  title: string
  output: string
}

/** Spaces at a line's start would be trimmed by listr2; behind this they are not. */
const keep = '\u001b[0m'

export async function openScreen({ stdout, stderr, draw }: ScreenOptions): Promise<Screen> {
  const { DefaultRenderer, Listr, ListrLogger, ProcessOutput, Spinner } = await import('listr2')
  // Whether there is a terminal was asked before, of the stream that is drawn on.
  class Renderer extends DefaultRenderer {
    static override nonTTY = true
  }
  const gates = new Map(phases.map((phase) => [phase, gate()]))
  const shows = new Map<Phase, Show>()
  const notes = gate()
  const queued: string[] = []
  let noted: Show | undefined
  const spinner = new Spinner()

  const redraw = (phase: Phase, show: Show) => {
    const { title, lines } = draw(phase, spinner.fetch())
    if (show.title !== title) show.title = title
    const output = lines.map((line) => `${keep}  ${line}`).join('\n')
    if (show.output !== output) show.output = output
  }
  const turn = setInterval(() => {
    for (const [phase, show] of shows) redraw(phase, show)
  }, 100)

  const phaseTask = (phase: Phase): ListrTask => {
    let asked = 0
    return {
      title: phase,
      // Asked once before anything runs, where all answers are waited for, and once more before it runs itself.
      enabled: () => (asked++ === 0 ? false : (gates.get(phase)?.started ?? false)),
      task: async (_, wrapper) => {
        const show = showOf(wrapper)
        shows.set(phase, show)
        redraw(phase, show)
        const outcome = await gates.get(phase)?.ended
        shows.delete(phase)
        redraw(phase, show)
        if (outcome === 'failed') throw new Error(phase)
      },
      rendererOptions: { persistentOutput: true },
    }
  }
  // A task without a title writes to the bar at the bottom.
  const noteTask: ListrTask = {
    task: async (_, wrapper) => {
      noted = showOf(wrapper)
      for (const line of queued) noted.output = line
      await notes.ended
    },
    rendererOptions: { bottomBar: Infinity, persistentOutput: true },
  }

  const listr = new Listr([...phases.map(phaseTask), noteTask], {
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
  })
  const running = listr.run()

  return {
    start: (phase) => gates.get(phase)?.start(true),
    end: (phase, outcome) => gates.get(phase)?.end(outcome),
    note: (line) => {
      if (noted) noted.output = line
      else queued.push(line)
    },
    close: async (outcome) => {
      for (const { start, end } of gates.values()) {
        start(false)
        end(outcome)
      }
      notes.end('done')
      await running
      clearInterval(turn)
    },
  }
}

interface Gate {
  readonly started: Promise<boolean>
  readonly start: (whether: boolean) => void
  readonly ended: Promise<'done' | 'failed'>
  readonly end: (outcome: 'done' | 'failed') => void
}

function gate(): Gate {
  const started = deferred<boolean>()
  const ended = deferred<'done' | 'failed'>()
  return { started: started.promise, start: started.resolve, ended: ended.promise, end: ended.resolve }
}

/** The two texts of a task of listr2 that we change. */
function showOf(wrapper: { title: string; output: string }): Show {
  return {
    get title() {
      return wrapper.title
    },
    set title(text) {
      wrapper.title = text
    },
    get output() {
      return wrapper.output
    },
    set output(text) {
      wrapper.output = text
    },
  }
}
