import type Dockerode from 'dockerode'
import { distinctBy } from '../../core/distinct.ts'
import { reasonOf } from '../../core/error.ts'
import type { Emit, Event, Failure } from '../../core/event.ts'
import { journalVersion, touchesHosts } from '../../core/journal.ts'
import type { Plan } from '../../core/plan.ts'
import { failureOf } from '../../core/track.ts'
import { writeFailure } from '../../engine/capsule/index.ts'
import type { Outcomes } from '../../engine/converge.ts'
import { headOf } from '../../engine/journal/head.ts'
import { markLayout } from '../../engine/journal/layout.ts'
import { requireWritable } from '../../engine/journal/state-folder.ts'
import { startJournal } from '../../engine/journal/writer.ts'
import { keepState } from '../../engine/rollback/keep.ts'
import { pruneKept } from '../../engine/rollback/runs.ts'
import { isOnlyEdited } from '../../engine/watch/meanwhile.ts'
import type { Built, Session } from '../../engine/session.ts'
import { redactEvent } from '../../report/redact.ts'
import type { SharedReads } from '../../transport/files/shared-reads.ts'
import { stoppedBy } from '../report/hold-last.ts'
import { filesOf, isSameText, readTexts } from '../playbook/imports.ts'
import { toolVersion } from '../version.ts'

/** The events of a run, to which somebody may listen for a while. */
export interface Tap {
  readonly emit: Emit
  /** Only the last one listens. */
  readonly listen: (listener: Emit) => void
}

export function tapped(emit: Emit): Tap {
  let hear: Emit = () => undefined
  return {
    emit: (event) => {
      emit(event)
      hear(event)
    },
    listen: (listener) => {
      hear = listener
    },
  }
}

/** Which runs leave a journal, and a capsule when they fail: all, or those that do something to a host. */
export type Record = 'all' | 'changes'

export interface Recording {
  readonly session: Session
  readonly tap: Tap
  /** The engine of this machine. */
  readonly engine: () => Promise<Dockerode>
  /** Of this run's builds. */
  readonly reads: Pick<SharedReads, 'noted'>
  readonly record: Record
  /** What was built in this run so far. */
  readonly built: () => Built | undefined
  /** What is kept already of what this run brings back. */
  readonly state: string | undefined
}

/**
 * Carries out a run that may change something, and writes its journal as it goes on; when it fails, also a capsule. To be
 * called under the lock.
 * @throws ProvisionError `state`, before anything changed, when this machine cannot keep what a run has to keep
 */
export async function recorded<T>(
  recording: Recording,
  command: string,
  work: () => Promise<T>,
  outcomesOf: (result: T) => Outcomes,
): Promise<T> {
  const { session, tap, engine, reads, record } = recording
  const { workspace, redact, signal, emit } = session
  await requireWritable(workspace.stateDir)
  await markLayout(workspace.projectDir)
  const note = (text: string) => emit({ event: 'note', level: 'warning', text })
  const version = async () =>
    workspace.on === undefined ? (await (await engine()).version()).Version : undefined
  const [head, texts] = await Promise.all([
    headOf(session, command, { tool: await toolVersion(), engine: version }),
    readTexts(filesOf(workspace.playbookFile)),
  ])
  const journal = await startJournal({
    stateDir: workspace.stateDir,
    version: journalVersion,
    head,
    begin: record === 'all' ? 'at-once' : 'at-change',
    redact: (event) => redactEvent(event, redact),
    onTrouble: note,
  })
  const started = performance.now()
  const seen = emptySeen()
  const hear = (event: Event) => {
    journal.write(event)
    // A capsule holds no more of a plan than a journal does.
    see(seen, event.event === 'planned' ? redactEvent(event, redact) : event)
  }
  tap.listen((event) => {
    // The run's own end is written when nothing can come after it.
    if (event.event !== 'finished') hear(event)
  })
  const keep = async (): Promise<{ readonly digest: string; readonly isNew: boolean } | undefined> => {
    const built = recording.built()
    if (recording.state !== undefined) return { digest: recording.state, isNew: false }
    // It was loaded before this run waited for others.
    const isLoaded = isSameText(texts, workspace.texts)
    const kept = built && isLoaded ? await keepState(session, built, texts, engine, reads) : undefined
    // In a watch the next run follows at once.
    if (built && !kept && record === 'all')
      note('this run cannot be rolled back to: a file was edited while it was at work')
    return kept
  }
  // A stop that takes too long, and a second signal, end the process in the middle: the next run looks what was left.
  const cutOff = (): void => {
    if (signal.aborted) hear({ event: 'failed', failure: failureOf(signal.reason) })
  }
  process.once('exit', cutOff)
  const end = async (outcomes: Outcomes): Promise<void> => {
    const kept = outcomes.ok
      ? await keep().catch((error: unknown) => note(`this run cannot be rolled back to: ${reasonOf(error)}`))
      : undefined
    tap.listen(() => undefined)
    process.off('exit', cutOff)
    journal.end({ ...outcomes, durationMs: performance.now() - started, state: kept?.digest })
    if (kept?.isNew)
      await pruneKept(workspace.stateDir, engine).catch((error: unknown) => note(reasonOf(error)))
    if (outcomes.ok || !needsCapsule(record, seen)) return
    const path = await writeFailure(session, { head, journal: journal.path(), ...seen })
    if (path !== undefined) emit({ event: 'capsule', path })
  }
  let result: T
  try {
    result = await work()
  } catch (error) {
    hear({ event: 'failed', failure: failureOf(stoppedBy(signal, error)) })
    await end({ ...nothingDone, failed: 1 })
    throw error
  }
  const outcomes = outcomesOf(result)
  if (signal.aborted) hear({ event: 'failed', failure: failureOf(signal.reason) })
  await end({ ...outcomes, ok: outcomes.ok && !signal.aborted })
  return result
}

const nothingDone: Outcomes = { ok: false, changed: 0, unchanged: 0, failed: 0 }

/** Whether a run that failed is to be explained by a capsule. In a watch the next run mends what was saved meanwhile. */
export function needsCapsule(
  record: Record,
  { failures, begun, touched }: Pick<Seen, 'failures' | 'begun' | 'touched'>,
): boolean {
  if (failures.some(({ code }) => explained.has(code))) return false
  const isBug = failures.some(({ code }) => code === 'bug')
  const isMistake = failures.length > 0 && failures.every(({ code }) => code === 'playbook')
  if (!isBug && (!begun || (isMistake && !touched))) return false
  return record === 'all' || (touched && !isOnlyEdited(failures))
}

/** Failures that say all there is to say. */
const explained: ReadonlySet<string> = new Set<Failure['code']>(['usage', 'interrupted'])

/** What a capsule needs to know of a run. */
interface Seen {
  plan: Plan | undefined
  /** Whether any phase was entered: what fails before says all there is to say. */
  begun: boolean
  /** Whether anything was done to a host. */
  touched: boolean
  readonly steps: string[]
  failures: readonly Failure[]
}

const emptySeen = (): Seen => ({ plan: undefined, begun: false, touched: false, steps: [], failures: [] })

function see(seen: Seen, event: Event): void {
  if (event.event === 'planned') seen.plan = event.plan
  if (event.event === 'task-failed') seen.steps.push(event.task)
  if (event.event === 'phase-started') seen.begun = true
  if (touchesHosts(event)) seen.touched = true
  if (event.event !== 'task-failed' && event.event !== 'failed') return
  // The step that met it and the run tell the same.
  seen.failures = distinctBy([...seen.failures, event.failure], ({ message }) => message)
}
