import type Dockerode from 'dockerode'
import { isProvisionError } from '../core/error.ts'
import type { Emit, Event, Finished } from '../core/event.ts'
import { journalVersion } from '../core/journal.ts'
import { failureOf } from '../core/track.ts'
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
 * Carries out a run that may change something, and writes its journal as it goes on. To be called under the lock.
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
  const journal = await startJournal({
    stateDir: workspace.stateDir,
    version: journalVersion,
    head: await headOf(session, command, { tool: await toolVersion(), engine: version }),
    redact: (event) => redactEvent(event, redact),
    onTrouble: (text) => emit({ event: 'note', level: 'warning', text }),
  })
  const started = performance.now()
  const events: Event[] = []
  tap.listen((event) => {
    // The run's own end is written when nothing can come after it.
    if (event.event !== 'finished') journal.write(event)
    if (event.event === 'task-failed' || event.event === 'planned') events.push(event)
  })
  const end = (outcomes: Outcomes): Finished => {
    const finished: Finished = { event: 'finished', ...outcomes, durationMs: performance.now() - started }
    journal.write(finished)
    return finished
  }
  try {
    const result = await work()
    if (signal.aborted) journal.write({ event: 'failed', failure: failureOf(signal.reason) })
    const outcomes = outcomesOf(result)
    end({ ...outcomes, ok: outcomes.ok && !signal.aborted })
    return result
  } catch (error) {
    const isStopped = signal.aborted && isProvisionError(signal.reason)
    journal.write({ event: 'failed', failure: failureOf(isStopped ? signal.reason : error) })
    const changed = 0
    end({ ok: false, changed, unchanged: 0, failed: 1 })
    throw error
  } finally {
    tap.listen(() => undefined)
    journal.close()
  }
}
