import { setMaxListeners } from 'node:events'
import { dirname } from 'node:path'
import { onAbort, unlessAborted } from '../../core/async/abort.ts'
import { isProvisionError } from '../../core/error.ts'
import type { Emit, Finished } from '../../core/event.ts'
import { timed } from '../../core/track.ts'
import { quietly } from '../../engine/watch/meanwhile.ts'
import { allNeeded, type Sources } from '../../engine/watch/look.ts'
import { mayLeave, type Cause, type Done, type Reading } from '../../engine/watch/run.ts'
import { ifInTime } from '../../transport/time-limit.ts'
import type { Context } from '../call/context.ts'
import type { Run } from '../run/index.ts'
import type { Warm } from '../run/warm.ts'
import type { WatchedPlaybook } from './playbook.ts'
import { withoutRepeats } from './repeats.ts'

/** The runs of a watch, one after the other over connections that stay open. */
export interface WatchRuns {
  readonly run: (cause: Cause, reading: Reading) => Promise<Done>
  /** What the last playbook that could be carried out has built. */
  readonly builds: () => Sources['builds']
  /** What that playbook lists, once there was one. */
  readonly last: () => Pick<Run, 'containers' | 'redact'> | undefined
}

/** A container starts in a tenth of a second, or two where much is going on. Milliseconds. */
const longestPreparing = 5_000

/** How a run that is under way tells what happens. */
type Telling = typeof quietly

const plainly: Telling = (emit, _signal, work) => work(emit)

/** @param nameOf a file, as people are told of it */
export function watchRuns(
  context: Context,
  playbook: WatchedPlaybook,
  warm: Warm,
  nameOf: (path: string) => string,
): WatchRuns {
  // A machine reads each run by itself.
  const emitIn = context.globals.json ? (emit: Emit) => emit : withoutRepeats()
  let builds: Sources['builds'] = []
  let last: Pick<Run, 'containers' | 'redact'> | undefined
  let isFirst = true

  const carryOut = (emit: Emit, signal: AbortSignal, { widen, notice }: Reading): Promise<Finished> =>
    context.withRun(
      playbook.workspace(),
      async (run) => {
        // A playbook that cannot be carried out throws here, and what was true of the run before stays.
        const { containers, builds: declared } = run
        const isOther = JSON.stringify(builds) !== JSON.stringify(declared)
        builds = declared
        last = { containers, redact: (text) => run.redact(text) }
        if (isOther) await widen()
        return run.refresh()
      },
      {
        emit,
        signal,
        ...{ connect: warm.connect, reads: warm.reads, builders: warm.builders },
        record: 'changes',
        notice,
      },
    )
  /** Has builders wait for the next edit. That they do not is no failure: what is wrong is told when something is built. */
  const prepare = async (): Promise<void> => {
    if (context.signal.aborted) return
    const artifacts = allNeeded(builds).filter((build) => build.kind === 'artifact')
    const preparing = warm.builders.prepare(artifacts, dirname(playbook.workspace().playbookFile))
    // An engine that hangs keeps nobody from ending the watch, nor edits that need none from being seen.
    await ifInTime(unlessAborted(context.signal, preparing), longestPreparing)
  }
  const runOnce = async (
    edited: readonly string[],
    telling: Telling,
    reading: Reading,
  ): Promise<Finished> => {
    warm.begin()
    const isFatal = (error: unknown) => isFirst && isHopeless(error)
    const finished = await context.reportApart(async (emit) => {
      if (edited.length > 0) emit({ event: 'edited', files: edited.map(nameOf) })
      await timed(emit, { what: 'load the playbook' }, () => playbook.renew(reading))
      await withSignal(context.signal, (signal) =>
        telling(emitIn(emit), signal, (emit) => carryOut(emit, signal, reading)),
      )
    }, isFatal)
    isFirst = false
    return finished
  }
  return {
    run: async (cause, reading) => {
      const { edited, asked } = cause
      if (!isFirst && (asked || edited.some((path) => playbook.files().includes(path)))) playbook.outdate()
      const telling = mayLeave(cause) ? quietly : plainly
      const first = await runOnce(edited, telling, reading)
      // A connection may have been lost long before the run that found it out.
      const isRepeated = !first.ok && warm.hasLost() && !context.signal.aborted
      const { again } = isRepeated ? await runOnce([], telling, reading) : first
      warm.reads.forget()
      await prepare()
      return again ? 'part' : 'all'
    },
    builds: () => builds,
    last: () => last,
  }
}

/** What no edit mends: there is nothing to refresh, or the call was wrong. */
const isHopeless = (error: unknown): boolean =>
  isProvisionError(error) && ['provider', 'usage'].includes(error.code)

/** A signal for one run: what listens to it goes with it, while that of the process lives on. */
async function withSignal<T>(outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController()
  setMaxListeners(0, own.signal)
  const forget = onAbort(outer, () => own.abort(outer.reason))
  try {
    return await work(own.signal)
  } finally {
    forget()
  }
}
