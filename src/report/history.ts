import { showDuration } from '../core/text/duration.ts'
import type { Failure } from '../core/event.ts'
import { endingOf, type Ending, type JournalTask, type RunRecord } from '../core/history/journal.ts'
import type { Journal } from '../core/history/journal-read.ts'
import { showTime } from '../core/text/show-time.ts'
import { taskTitle } from '../core/track.ts'
import { changesText } from './changes.ts'
import { failureText } from './failure.ts'
import type { Look } from './look.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { cleanLine } from './width.ts'

/** A journal of a list, with its number. */
export interface Numbered {
  readonly number: number
  readonly journal: Journal
}

/** Who holds the lock of the environment now. */
export type AtWork = { readonly pid: number; readonly host: string } | undefined

/** What other programs read of a run in the list. */
export function rowJson({ number, journal }: Numbered, atWork: AtWork) {
  if (journal.state !== 'read') return { number, ended: journal.state }
  const { head, finished, durationMs } = journal.run
  const { at, command, user, host } = head
  return {
    ...{ number, at, command, user, host },
    ...tally(journal.run),
    durationMs: finished?.durationMs ?? durationMs,
    ended: endingOf(journal.run, atWork),
  }
}

/** What changed and failed: as the run says itself, or for one that has no end, as its steps do. */
function tally({ finished, tasks }: RunRecord): { readonly changed: number; readonly failed: number } {
  const count = (wanted: JournalTask['state']) =>
    tasks.filter(({ phase, state }) => phase === 'apply' && state === wanted).length
  const { changed, failed } = finished ?? { changed: count('done'), failed: count('failed') }
  return { changed, failed }
}

/** All runs in a table, the newest first. */
export function historyText(runs: readonly Numbered[], atWork: AtWork, { style, columns }: Look): string {
  if (runs.length === 0) return 'no run has been recorded yet'
  const header = ['run', 'when', 'command', 'by', 'changed', 'failed', 'time', 'ended'].map(style.dim)
  const rows = runs.map((one) => rowOf(one, atWork, style))
  return table(header, rows, columns)
}

function rowOf({ number, journal }: Numbered, atWork: AtWork, style: Style): readonly string[] {
  const label = String(number)
  if (journal.state === 'newer')
    return [label, '', '', '', '', '', '', style.yellow('written by a newer provision')]
  if (journal.state === 'damaged') return [label, '', '', '', '', '', '', style.yellow('journal damaged')]
  const { head, finished, durationMs } = journal.run
  const { changed, failed } = tally(journal.run)
  return [
    label,
    showTime(head.at),
    cleanLine(head.command),
    cleanLine(`${head.user}@${head.host}`),
    String(changed),
    failed > 0 ? style.red(String(failed)) : '0',
    showDuration(finished?.durationMs ?? durationMs),
    endingText(endingOf(journal.run, atWork), style),
  ]
}

function endingText(ending: Ending, style: Style): string {
  if (ending === 'ok') return style.green(ending)
  return ending === 'running' ? style.cyan(ending) : style.red(ending)
}

/** One run in full: who and with what, what it planned, what it did, how it ended. */
export function runText(run: RunRecord, atWork: AtWork, { style, columns }: Look): string {
  const { head, plan, tasks, failures, notes, damaged } = run
  const params = Object.entries(head.params).map(([key, value]) => `${key}=${value}`)
  const facts = [
    ['run', `${head.number}, ${head.command} of ${head.playbook} in ${head.environment}`],
    ['by', `${head.user}@${head.host} (pid ${head.pid}), ${showTime(head.at)}`],
    [
      'versions',
      Object.entries(head.versions)
        .map((pair) => pair.join(' '))
        .join(', '),
    ],
    ...(head.commit === undefined ? [] : [['commit', head.commit]]),
    ...(params.length === 0 ? [] : [['params', params.join(', ')]]),
    ['ended', endedText(run, atWork, style)],
  ]
  const [first = [], ...more] = facts.map(([name = '', text = '']) => [style.dim(name), cleanLine(text)])
  const planned = plan && changesText(plan, { style, columns })
  return [
    table(first, more, columns),
    plan
      ? `${style.dim('planned:')}\n${planned === '' || planned === undefined ? 'nothing to do' : planned}`
      : '',
    tasks.length === 0 ? '' : `${style.dim('done:')}\n${tasksText(tasks, { style, columns })}`,
    notes.map((note) => `${style.yellow('!')} ${cleanLine(note)}`).join('\n'),
    ...failures.map((failure) => inFull(failure, style)),
    damaged > 0 ? `${style.yellow('!')} ${damaged} lines of the journal cannot be read` : '',
  ]
    .filter((block) => block !== '')
    .join('\n\n')
}

/** A failure with all that is known of the log of what failed. */
function inFull(failure: Failure, style: Style): string {
  const { output = '', log = [] } = failure
  if (log.length === 0 || output.endsWith(log.join('\n'))) return failureText(failure, style)
  return failureText(
    { ...failure, output: [output, '', `its last ${log.length} log lines:`, ...log].join('\n') },
    style,
  )
}

function endedText(run: RunRecord, atWork: AtWork, style: Style): string {
  const { changed, failed } = tally(run)
  const time = showDuration(run.finished?.durationMs ?? run.durationMs)
  return `${endingText(endingOf(run, atWork), style)}: ${changed} changed, ${failed} failed, ${time}`
}

function tasksText(tasks: readonly JournalTask[], { style, columns }: Look): string {
  const rows = tasks.map(({ phase, host, title, state, durationMs, summary, startedMs }) => [
    state === 'done' ? style.green('✔') : state === 'failed' ? style.red('✖') : style.yellow('…'),
    phase,
    cleanLine(taskTitle({ host, title })),
    cleanLine(state === 'open' ? 'not ended' : summary || state),
    durationMs === undefined ? '' : showDuration(durationMs),
    style.dim(`after ${showDuration(startedMs)}`),
  ])
  return table(['', 'phase', 'what', 'result', 'time', 'begun'].map(style.dim), rows, columns)
}
