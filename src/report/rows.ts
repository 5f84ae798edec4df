import { showBytes } from '../core/text/bytes.ts'
import { showDuration } from '../core/text/duration.ts'
import type { Phase } from '../core/event.ts'
import { taskTitle } from '../core/track.ts'
import type { PhaseRow, TaskRow } from './board.ts'
import type { Style } from './style.ts'
import { cleanLine, displayWidth, padEnd } from './width.ts'

const titles: Readonly<Record<Phase, string>> = {
  box: 'Box',
  nodes: 'Nodes',
  build: 'Build',
  plan: 'Plan',
  apply: 'Apply',
  after: 'Sample data',
  back: 'Put back',
}

/** More tasks than this in one phase are shown as one line about all of them. */
const most = 10

/** How rows are drawn at one moment. */
export interface Moment {
  readonly style: Style
  /** The picture of a spinner at this moment. */
  readonly spinner: string
  /** On the clock of the board. */
  readonly now: number
}

/** `Build  3 images, 1 artifact · 12 s`. */
export function phaseTitle(row: PhaseRow, { style, now }: Moment): string {
  const time = row.durationMs === undefined ? elapsed(now - row.startedAt) : showDuration(row.durationMs)
  const rest = facts([row.summary, time])
  const title = padEnd(titles[row.phase], 11)
  return rest === '' ? title.trimEnd() : `${title}  ${style.dim(rest)}`
}

/** Times that would only flicker are not worth showing. */
const elapsed = (ms: number): string => (ms < 1_000 ? '' : showDuration(Math.floor(ms / 1_000) * 1_000))

/** The lines below a phase that is under way: each task, or one line about all of them where they are many. */
export function taskLines(tasks: readonly TaskRow[], look: Moment): string[] {
  if (tasks.length <= most) {
    const width = Math.max(0, ...tasks.map((task) => displayWidth(nameOf(task))))
    return tasks.map((task) => taskLine(task, width, look))
  }
  const running = tasks.filter(({ state }) => state === 'running')
  const failed = tasks.filter(({ state }) => state === 'failed')
  const { style, spinner } = look
  const counts = `${tasks.length - running.length} of ${tasks.length}`
  const shown = running.slice(0, 3).map(nameOf).join(', ')
  const more = running.length > 3 ? ` and ${running.length - 3} more` : ''
  const latest = running.findLast(({ line }) => line !== '')
  return [
    `${style.cyan(spinner)} ${counts}  ${shown}${more}`,
    ...(latest ? [`  ${style.dim(`${nameOf(latest)}: ${cleanLine(latest.line)}`)}`] : []),
    ...failed.slice(0, most).map((task) => taskLine(task, 0, look)),
  ]
}

export const nameOf = (task: Pick<TaskRow, 'host' | 'title'>): string => cleanLine(taskTitle(task))

function taskLine(task: TaskRow, width: number, { style, spinner, now }: Moment): string {
  const name = padEnd(nameOf(task), width)
  const line = cleanLine(task.line)
  switch (task.state) {
    case 'done':
      return `${style.green('✔')} ${name}  ${style.dim(facts([line, showDuration(task.durationMs ?? 0)]))}`
    case 'failed':
      // An error begins with the name of what failed, which stands here already.
      return `${style.red('✖')} ${name}  ${style.red(line.replace(`${nameOf(task)}: `, ''))}`
    case 'running': {
      const parts = [showProgress(task.progress), elapsed(now - task.startedAt), line]
      return `${style.cyan(spinner)} ${name}  ${style.dim(facts(parts))}`.trimEnd()
    }
  }
}

/** What is told of one thing, without what is empty. */
export const facts = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ')

/** `12.5 MB of 120 MB (10 %)`, `step 3 of 7`. */
export function showProgress(progress: TaskRow['progress']): string {
  if (!progress) return ''
  const { done, total, unit } = progress
  if (unit === 'steps') return total > 0 ? `step ${done} of ${total}` : `step ${done}`
  if (total <= 0) return showBytes(done)
  return `${showBytes(done)} of ${showBytes(total)} (${Math.floor((100 * Math.min(done, total)) / total)} %)`
}
