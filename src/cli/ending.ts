import type { Emit, Failure } from '../core/event.ts'
import { failureOf, type Blame } from '../report/failure.ts'
import type { ExitCode } from './call/command.ts'
import { stoppedBy, type Held } from './report/hold-last.ts'
import { cutOffTexts, inTime, type Progress } from './report/in-time.ts'
import type { Signals } from './signals.ts'
import { unlessDry } from './unless-dry.ts'

/** What may stop a call, and by what it is told how it ended. */
export interface Ending {
  readonly signals: Pick<Signals, 'signal' | 'overdue' | 'stop'>
  readonly run: Pick<Held, 'emit' | 'isUnderWay'>
  readonly progress: Progress
  /** Past what holds the last event. */
  readonly emit: Emit
  readonly blame: Blame
  /** Tells that nothing comes any more. */
  readonly finish: (end: 'fine' | 'failed') => Promise<void>
}

/** What was cut off has so long to say so by a report of its own, which may hold the screen. Milliseconds. */
const lastWords = 200

/** Waits for a call, but no longer than it may take once it is stopped, and tells how it ended. */
export async function endOf(call: () => Promise<ExitCode>, ending: Ending): Promise<ExitCode> {
  const { signals, run, progress, emit, blame, finish } = ending
  const { signal, overdue, stop } = signals
  try {
    let code = await unlessDry(inTime(call(), overdue, lastWords), () => {
      const error = nothingLeft(progress)
      stop(error)
      return error
    })
    if (signal.aborted) {
      const failure = failureOf(signal.reason, blame)
      code = codeOf(failure)
      if (run.isUnderWay() || code !== 130) emit({ event: 'failed', failure })
    }
    await finish(signal.aborted || code === 1 || code === 130 ? 'failed' : 'fine')
    return code
  } catch (error) {
    if (overdue.aborted) {
      for (const text of cutOffTexts(progress)) emit({ event: 'note', level: 'warning', text })
      const counts = { ok: false, changed: progress.changed(), unchanged: 0, failed: 0 }
      run.emit({ event: 'finished', ...counts, durationMs: performance.now() })
    }
    const failure = failureOf(stoppedBy(signal, error), blame)
    emit({ event: 'failed', failure })
    await finish('failed')
    return codeOf(failure)
  }
}

function nothingLeft(progress: Progress): Error {
  const late = progress.underWay().join(', ')
  return new Error(`nothing is left that could end this call${late === '' ? '' : `: ${late}`}`)
}

const codeOf = ({ code }: Failure): ExitCode => (code === 'usage' ? 2 : code === 'interrupted' ? 130 : 1)
