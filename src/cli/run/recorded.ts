import type Dockerode from 'dockerode'
import { reasonOf } from '../../core/error.ts'
import type { Emit, Event } from '../../core/event.ts'
import { journalVersion } from '../../core/history/journal.ts'
import { failureOf } from '../../core/track.ts'
import { writeFailure } from '../../engine/capsule/index.ts'
import type { Outcomes } from '../../engine/converge.ts'
import { headOf } from '../../engine/journal/head.ts'
import { markLayout } from '../../engine/journal/layout.ts'
import { requireWritable } from '../../engine/journal/state-folder.ts'
import { startJournal, type JournalOptions, type JournalWriter } from '../../engine/journal/writer.ts'
import { keepState } from '../../engine/rollback/keep.ts'
import { pruneKept } from '../../engine/rollback/runs.ts'
import type { Built, Session } from '../../engine/session.ts'
import type { PlaybookTexts } from '../../engine/workspace.ts'
import { redactEvent } from '../../report/redact.ts'
import type { SharedReads } from '../../transport/files/shared-reads.ts'
import { stoppedBy } from '../report/hold-last.ts'
import { filesOf, isSameText, readTexts } from '../playbook/imports.ts'
import { toolVersion } from '../version.ts'
import { emptySeen, needsCapsule, see, type Record } from './seen.ts'

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
  const { session, tap, record } = recording
  const { signal } = session
  const { head, texts, journal } = await openRecord(recording, command)
  const started = performance.now()
  const seen = emptySeen()
  const hear = (event: Event) => {
    journal.write(event)
    // A capsule holds no more of a plan than a journal does.
    see(seen, event.event === 'planned' ? redactEvent(event, session.redact) : event)
  }
  tap.listen((event) => {
    // The run's own end is written when nothing can come after it.
    if (event.event !== 'finished') hear(event)
  })
  const stopped = (): void => {
    if (signal.aborted) hear({ event: 'failed', failure: failureOf(signal.reason) })
  }
  // A stop that takes too long, and a second signal, end the process in the middle: the next run looks what was left.
  process.once('exit', stopped)
  const end = async (outcomes: Outcomes): Promise<void> => {
    const kept = outcomes.ok ? await keptOf(recording, texts) : undefined
    tap.listen(() => undefined)
    process.off('exit', stopped)
    journal.end({ ...outcomes, durationMs: performance.now() - started, state: kept?.digest })
    if (kept?.isNew) await pruned(recording)
    if (outcomes.ok || !needsCapsule(record, seen)) return
    const path = await writeFailure(session, { head, journal: journal.path(), ...seen })
    if (path !== undefined) session.emit({ event: 'capsule', path })
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
  stopped()
  await end({ ...outcomes, ok: outcomes.ok && !signal.aborted })
  return result
}

const nothingDone: Outcomes = { ok: false, changed: 0, unchanged: 0, failed: 0 }

/** What a run is recorded in, and what was true of it before it began. */
interface OpenRecord {
  readonly head: JournalOptions['head']
  readonly journal: JournalWriter
  /** Of the playbook's files. */
  readonly texts: PlaybookTexts
}

async function openRecord({ session, engine, record }: Recording, command: string): Promise<OpenRecord> {
  const { workspace, redact } = session
  await requireWritable(workspace.stateDir)
  await markLayout(workspace.projectDir)
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
    onTrouble: warner(session),
  })
  return { head, journal, texts }
}

/** What a run that went well is kept as, so that it can be rolled back to; undefined where that cannot be. */
async function keptOf(recording: Recording, texts: PlaybookTexts): ReturnType<typeof keepState> {
  const { session, engine, reads, record, state } = recording
  if (state !== undefined) return { digest: state, isNew: false }
  const warn = warner(session)
  const built = recording.built()
  // It was loaded before this run waited for others.
  const isLoaded = isSameText(texts, session.workspace.texts)
  try {
    const kept = built && isLoaded ? await keepState(session, built, texts, engine, reads) : undefined
    // In a watch the next run follows at once.
    if (built && !kept && record === 'all')
      warn('this run cannot be rolled back to: a file was edited while it was at work')
    return kept
  } catch (error) {
    warn(`this run cannot be rolled back to: ${reasonOf(error)}`)
    return undefined
  }
}

/** Removes what is kept of runs that are too long ago. */
const pruned = ({ session, engine }: Recording): Promise<unknown> =>
  pruneKept(session.workspace.stateDir, engine).catch((error: unknown) => warner(session)(reasonOf(error)))

const warner =
  ({ emit }: Pick<Session, 'emit'>) =>
  (text: string): void =>
    emit({ event: 'note', level: 'warning', text })
