import type { Change } from '../change.ts'
import { distinctBy } from '../distinct.ts'
import { errorCodes } from '../error.ts'
import type { Failure } from '../event.ts'
import { journalVersion, type JournalHead, type JournalTask, type RunRecord } from './journal.ts'
import * as read from './journal-fields.ts'
import { isObject } from '../rules/shape.ts'
import type { Operation, Plan, Step } from '../plan.ts'
import { withMark } from '../secret/index.ts'

/** What a journal holds, as far as it can be read. */
export type Journal =
  | { readonly state: 'read'; readonly run: RunRecord }
  /** Written by a newer tool, whose lines may mean something else. */
  | { readonly state: 'newer'; readonly version: number }
  /** Not even its first line can be read. */
  | { readonly state: 'damaged' }

/** Reads a journal, whole, cut off in the middle of a line or damaged: what is readable counts. */
export function readJournal(text: string): Journal {
  const [first = '', ...rest] = text.split('\n')
  const head = headOf(read.fieldsIn(first))
  if (!head) return { state: 'damaged' }
  if (head.journal > journalVersion) return { state: 'newer', version: head.journal }
  const lines = rest.filter((line) => line !== '').map(read.fieldsIn)
  const entries = lines.filter((line) => line !== undefined)
  const of = (...events: readonly string[]) =>
    entries.filter(({ event }) => events.includes(read.textOf(event)))
  const finished = of('finished').at(-1)
  return {
    state: 'read',
    run: {
      head,
      plan: of('planned')
        .map(({ plan }) => planOf(plan))
        .at(-1),
      tasks: tasksOf(of('task-started', 'task-finished', 'task-failed')),
      failures: failuresOf(of('task-failed', 'failed')),
      notes: of('note').map(({ text: note }) => read.textOf(note)),
      finished: finished && {
        ok: finished['ok'] === true,
        changed: read.numberOf(finished['changed']),
        unchanged: read.numberOf(finished['unchanged']),
        failed: read.numberOf(finished['failed']),
        durationMs: read.numberOf(finished['durationMs']),
      },
      state: finished && read.maybeText(finished['state']),
      // More lines than a call can have arguments.
      durationMs: entries.reduce((latest, { ms }) => Math.max(latest, read.numberOf(ms)), 0),
      damaged: lines.length - entries.length,
    },
  }
}

/** The first line of a journal; undefined where it is damaged, or a newer tool's. */
export function readHead(line: string): JournalHead | undefined {
  const head = headOf(read.fieldsIn(line))
  return head && head.journal <= journalVersion ? head : undefined
}

/** What the last line of a journal says. */
interface Ended extends Pick<RunRecord, 'state'> {
  readonly ok: boolean
}

/** How a run ended, by the end of its journal; undefined when it has none, as that of a run which was killed. */
export function readEnd(text: string): Ended | undefined {
  const last = read.fieldsIn(text.trimEnd().split('\n').at(-1) ?? '')
  return last && read.textOf(last['event']) === 'finished'
    ? { ok: last['ok'] === true, state: read.maybeText(last['state']) }
    : undefined
}

function headOf(fields: read.Fields | undefined): JournalHead | undefined {
  const version = read.maybeNumber(fields?.['journal'])
  if (!fields || version === undefined) return undefined
  return {
    journal: version,
    number: read.numberOf(fields['number']),
    at: read.textOf(fields['at']),
    command: read.textOf(fields['command']),
    playbook: read.textOf(fields['playbook']),
    environment: read.textOf(fields['environment']),
    user: read.textOf(fields['user']),
    host: read.textOf(fields['host']),
    pid: read.numberOf(fields['pid']),
    params: read.textRecord(fields['params']),
    versions: read.textRecord(fields['versions']),
    file: read.maybeText(fields['file']),
    commit: read.maybeText(fields['commit']),
  }
}

function tasksOf(entries: readonly read.Fields[]): readonly JournalTask[] {
  const tasks = new Map<string, JournalTask>()
  for (const entry of entries) {
    const id = read.textOf(entry['task'])
    const former = tasks.get(id)
    if (entry['event'] === 'task-started') {
      tasks.set(id, {
        id,
        phase: read.textOf(entry['phase']),
        host: read.maybeText(entry['host']),
        title: read.textOf(entry['title']),
        startedMs: read.numberOf(entry['ms']),
        state: 'open',
        durationMs: undefined,
        summary: undefined,
      })
    } else if (former) {
      tasks.set(id, {
        ...former,
        state: entry['event'] === 'task-failed' ? 'failed' : 'done',
        durationMs: read.maybeNumber(entry['durationMs']),
        summary: read.maybeText(entry['summary']),
      })
    }
  }
  return [...tasks.values()]
}

/** The task that met a failure and the run that ended with it tell the same: it counts once. */
function failuresOf(entries: readonly read.Fields[]): readonly Failure[] {
  const all = entries.flatMap(({ failure }) => (isObject(failure) ? [failureOf(failure)] : []))
  return distinctBy(all, ({ message }) => message)
}

const failureOf = ({ code, message, output, log, help }: read.Fields): Failure => ({
  code: errorCodes.find((known) => known === code) ?? 'bug',
  message: read.textOf(message),
  output: read.maybeText(output),
  ...(log === undefined ? {} : { log: read.textsOf(log) }),
  help: read.maybeText(help),
})

function planOf(value: unknown): Plan {
  const plan = isObject(value) ? value : {}
  return {
    playbook: read.textOf(plan['playbook']),
    environment: read.textOf(plan['environment']),
    steps: read.listOf(plan['steps']).flatMap((step) => (isObject(step) ? [stepOf(step)] : [])),
  }
}

const operations = ['create', 'update', 'recreate', 'remove', 'ask'] satisfies readonly Operation[]

const stepOf = ({ id, host, kind, name, operation, changes, needs }: read.Fields): Step => ({
  id: read.textOf(id),
  host: read.textOf(host),
  kind: read.textOf(kind),
  name: read.textOf(name),
  operation: operations.find((known) => known === operation) ?? 'none',
  changes: read.listOf(changes).flatMap((change) => (isObject(change) ? [changeOf(change)] : [])),
  needs: read.textsOf(needs),
  actions: [],
  undo: [],
})

const changeOf = ({ field, from, to, because }: read.Fields): Change => ({
  field: read.textOf(field),
  from: valueIn(from),
  to: valueIn(to),
  because: read.textsOf(because),
})

function valueIn(value: unknown): string | undefined {
  const text = read.maybeText(value)
  return text === undefined ? undefined : withMark(text)
}
