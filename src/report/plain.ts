import { showDuration } from '../core/text/duration.ts'
import type { Event } from '../core/event.ts'
import { advance, emptyBoard, type TaskRow } from './board.ts'
import { failuresText, nextText, resultText, tallyText, type ClosingLook } from './closing.ts'
import type { Output } from './output.ts'
import { emptyOutcome, gather } from './outcome.ts'
import type { Report } from './report.ts'
import { facts, nameOf, showProgress } from './rows.ts'
import { watchText } from './watch-text.ts'
import { cleanLine, cleanLines } from './width.ts'

export interface PlainOptions extends ClosingLook {
  /** Gets what came of the run. */
  readonly stdout: Output
  /** Gets what is under way, and failures. */
  readonly stderr: Output
  /** Whether every line of output is shown, or only that something is still under way. */
  readonly detail: 'steps' | 'output'
  /** Milliseconds on any steady clock. */
  readonly now: () => number
}

/** How often a task that goes on for long says so. */
const pulse = 10_000

/** One line per event that matters, for logs that are read later. */
export function plainReport(options: PlainOptions): Report {
  const { stdout, stderr, detail, now } = options
  const board = emptyBoard()
  const outcome = emptyOutcome()
  const spoken = new Map<string, number>()
  const say = (text: string) => stderr.write(`${text}\n`)
  const quiet = (task: TaskRow) => now() - (spoken.get(task.id) ?? task.startedAt) < pulse
  return {
    emit: (event) => {
      advance(board, event, now())
      gather(outcome, event)
      const task = 'task' in event ? board.tasks.get(event.task) : undefined
      const isPulse = event.event === 'task-progress' || (event.event === 'task-output' && detail === 'steps')
      if (event.event === 'note' && event.level === 'detail' && detail === 'steps') return
      if (isPulse && (!task || quiet(task))) return
      if (task) spoken.set(task.id, now())
      const text = lineOf(event, task)
      if (text !== undefined) say(text)
    },
    show: (text) => void outcome.answers.push(text),
    close: async () => {
      const { finished } = outcome
      const result = resultText(outcome, options)
      if (result !== '') stdout.write(`${result}\n`)
      const failures = failuresText(outcome, options)
      if (failures !== '') say(failures)
      // A command that only asked has nothing to count.
      if (finished && outcome.isUnderWay) say(tallyText(outcome, finished, options))
      const next = nextText(outcome, options)
      if (next !== '') say(next)
      await Promise.all([stdout.flush(), stderr.flush()])
    },
  }
}

/** The line of an event; undefined for what is shown at the end or not at all. */
function lineOf(event: Event, task: TaskRow | undefined): string | undefined {
  const what = task ? `${task.phase.padEnd(5)}  ${nameOf(task)}` : ''
  switch (event.event) {
    case 'started':
      return `${event.command} ${event.playbook}${event.environment === event.playbook ? '' : ` in ${event.environment}`}`
    case 'phase-started':
      return `${event.phase.padEnd(5)}  started`
    case 'phase-finished': {
      const { phase, ok, summary, durationMs } = event
      const told = summary === 'failed' ? '' : summary
      return `${phase.padEnd(5)}  ${facts([ok ? 'done' : 'failed', told, showDuration(durationMs)])}`
    }
    case 'task-started':
      return `${what}: started`
    case 'task-output':
      return `${what}: ${cleanLine(event.line)}`
    case 'task-progress':
      return `${what}: ${showProgress(event)}`
    case 'task-finished':
      return `${what}: ${facts(['done', event.summary ?? '', showDuration(event.durationMs)])}`
    case 'task-failed':
      return `${what}: failed after ${showDuration(event.durationMs)}`
    case 'note':
      return cleanLines(event.level === 'warning' ? `warning: ${event.text}` : event.text)
    default:
      return watchText(event)
  }
}
