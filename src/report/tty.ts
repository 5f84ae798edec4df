import type { Phase } from '../core/event.ts'
import { advance, emptyBoard, tasksOf } from './board.ts'
import { failuresText, nextText, resultText, tallyText, type ClosingLook } from './closing.ts'
import type { Output } from './output.ts'
import { emptyOutcome, gather } from './outcome.ts'
import type { Report } from './report.ts'
import { phaseTitle, taskLines } from './rows.ts'
import type { Drawing } from './phase-task.ts'
import { openScreen, type Screen } from './screen.ts'
import { watchText } from './watch-text.ts'
import { cleanLines, truncate } from './width.ts'

export interface TtyOptions extends Omit<ClosingLook, 'columns'> {
  readonly stdout: Output
  /** Gets failures. */
  readonly stderr: Output
  readonly streams: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream }
  /** Milliseconds on any steady clock. */
  readonly now: () => number
}

/** Phases and tasks live on a terminal while they run, then what came of them. */
export function ttyReport({ stdout, stderr, streams, now, ...options }: TtyOptions): Report {
  const { style } = options
  const board = emptyBoard()
  const outcome = emptyOutcome()
  let screen: Promise<Screen> | undefined

  const draw = (phase: Phase, spinner: string): Drawing => {
    const row = board.phases.get(phase)
    if (!row) return { title: phase, lines: [] }
    const look = { style, spinner, now: now() }
    const tasks = tasksOf(board, phase)
    const shown = row.state === 'running' ? tasks : tasks.filter(({ state }) => state === 'failed')
    const columns = stdout.columns() - 6
    const fit = (line: string) => truncate(line, columns)
    return { title: fit(phaseTitle(row, look)), lines: taskLines(shown, look).map(fit) }
  }
  const onScreen = (act: (screen: Screen) => void) => {
    screen ??= openScreen({ ...streams, draw })
    // The steps are done in the order of the events, as each waits for the same promise.
    void screen.then(act)
  }

  return {
    emit: (event) => {
      advance(board, event, now())
      gather(outcome, event)
      if (event.event === 'phase-started') onScreen(({ start }) => start(event.phase))
      if (event.event === 'phase-finished') {
        onScreen(({ end }) => end(event.phase, event.ok ? 'done' : 'failed'))
      }
      const between = watchText(event)
      if (between !== undefined) stdout.write(`${style.dim(between)}\n`)
      if (event.event === 'note' && event.level !== 'detail') {
        const told = cleanLines(event.text)
        const text = event.level === 'warning' ? style.yellow(`! ${told}`) : style.dim(`  ${told}`)
        if (screen) onScreen(({ note }) => note(text))
        else stdout.write(`${text}\n`)
      }
    },
    show: (text) => void outcome.answers.push(text),
    close: async () => {
      const { finished } = outcome
      await screen?.then(({ close }) => close(finished?.ok === true ? 'done' : 'failed'))
      const look = { ...options, columns: stdout.columns() }
      const result = resultText(outcome, look)
      const failures = failuresText(outcome, look)
      const last = [
        finished && outcome.isUnderWay ? tallyText(outcome, finished, look) : '',
        nextText(outcome, look),
      ]
      const blocks = [result, failures, ...last].filter((block) => block !== '')
      blocks.forEach((block, i) => {
        const gap = i > 0 || screen ? '\n' : ''
        if (block === failures) stderr.write(`${gap}${block}\n`)
        else stdout.write(`${gap}${block}\n`)
      })
      await Promise.all([stdout.flush(), stderr.flush()])
    },
  }
}
