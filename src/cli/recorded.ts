import type Dockerode from 'dockerode'
import { isProvisionError } from '../core/error.ts'
import type { Emit, Event, Failure } from '../core/event.ts'
import { journalVersion } from '../core/journal.ts'
import type { Plan } from '../core/plan.ts'
import { failureOf } from '../core/track.ts'
import { writeFailure } from '../engine/capsule/index.ts'
import type { Outcomes } from '../engine/converge.ts'
import { headOf } from '../engine/journal/head.ts'
import { requireWritable } from '../engine/journal/state-folder.ts'
import { startJournal } from '../engine/journal/writer.ts'
import type { Session } from '../engine/session.ts'
import { redactEvent } from '../report/redact.ts'
import { toolVersion } from './version.ts'

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

export interface Recording {
  readonly session: Session
  readonly tap: Tap
  /** Of this machine; undefined where a run does not need it. */
  readonly engine: (() => Promise<Dockerode>) | undefined
}

/**
 * Carries out a run that may change something, and writes its journal as it goes on; when it fails, also a capsule. To be
 * called under the lock.
 * @throws ProvisionError `state`, before anything changed, when this machine cannot keep what a run has to keep
 */
export async function recorded<T>(
  { session, tap, engine }: Recording,
  command: string,
  work: () => Promise<T>,
  outcomesOf: (result: T) => Outcomes,
): Promise<T> {
  const { workspace, redact, signal, emit } = session
  await requireWritable(workspace.stateDir)
  const version = async () => engine && (await (await engine()).version()).Version
  const head = await headOf(session, command, { tool: await toolVersion(), engine: version })
  const journal = await startJournal({
    stateDir: workspace.stateDir,
    version: journalVersion,
    head,
    redact: (event) => redactEvent(event, redact),
    onTrouble: (text) => emit({ event: 'note', level: 'warning', text }),
  })
  const started = performance.now()
  const seen = emptySeen()
  const note = (event: Event) => {
    journal.write(event)
    see(seen, event)
  }
  tap.listen((event) => {
    // The run's own end is written when nothing can come after it.
    if (event.event !== 'finished') note(event)
  })
  const end = async (outcomes: Outcomes): Promise<void> => {
    tap.listen(() => undefined)
    journal.write({ event: 'finished', ...outcomes, durationMs: performance.now() - started })
    journal.close()
    if (outcomes.ok || seen.failures.some(({ code }) => explained.has(code))) return
    const path = await writeFailure(session, { head, journal: journal.path, ...seen })
    if (path !== undefined) emit({ event: 'capsule', path })
  }
  let result: T
  try {
    result = await work()
  } catch (error) {
    const isStopped = signal.aborted && isProvisionError(signal.reason)
    note({ event: 'failed', failure: failureOf(isStopped ? signal.reason : error) })
    await end({ ok: false, changed: 0, unchanged: 0, failed: 1 })
    throw error
  }
  const outcomes = outcomesOf(result)
  if (signal.aborted) note({ event: 'failed', failure: failureOf(signal.reason) })
  await end({ ...outcomes, ok: outcomes.ok && !signal.aborted })
  return result
}

/** Failures that say all there is to say. */
const explained: ReadonlySet<string> = new Set<Failure['code']>(['usage', 'interrupted'])

/** What a capsule needs to know of a run. */
interface Seen {
  plan: Plan | undefined
  readonly steps: string[]
  readonly failures: Failure[]
}

const emptySeen = (): Seen => ({ plan: undefined, steps: [], failures: [] })

function see(seen: Seen, event: Event): void {
  if (event.event === 'planned') seen.plan = event.plan
  if (event.event === 'task-failed') seen.steps.push(event.task)
  if (event.event !== 'task-failed' && event.event !== 'failed') return
  // The step that met it and the run tell the same.
  const { failure } = event
  if (!seen.failures.some(({ message }) => message === failure.message)) seen.failures.push(failure)
}
