import type { Emit, Finished } from '../../core/event.ts'
import { failureOf } from '../../report/failure.ts'
import { redactEvent } from '../../report/redact.ts'
import type { World } from '../call/index.ts'
import { holdLast, stoppedBy } from './hold-last.ts'
import { cutOffTexts, followProgress, inTime } from './in-time.ts'
import { tellLogs } from '../playbook/told-logs.ts'

/** What it takes from the call that it is a part of. */
interface Apart extends Pick<
  World,
  'openReport' | 'profilingFrom' | 'shown' | 'look' | 'blame' | 'signal' | 'overdue'
> {
  readonly json: boolean
  readonly learned: Pick<World['learned'], 'projectDir'>
}

/** Carries out a part of what a command does, told by a report of its own from its beginning to its end. */
export async function reportApart(
  { openReport, profilingFrom, shown, look, json, learned, blame, signal, overdue }: Apart,
  work: (emit: Emit) => Promise<unknown>,
  isFatal: (error: unknown) => boolean,
): Promise<Finished> {
  const started = performance.now()
  const report = await openReport()
  const profiling = await profilingFrom(started)
  const redacted: Emit = (event) => {
    const told = redactEvent(event, shown)
    profiling?.listen(told)
    report.emit(told)
  }
  const run = holdLast(redacted)
  const progress = followProgress()
  const emit: Emit = (event) => {
    progress.hear(event)
    run.emit(event)
  }
  const restoreLogs = tellLogs(shown, (level, text) => run.emit({ event: 'note', level, text }))
  const finish = async (end: 'fine' | 'failed'): Promise<Finished> => {
    const { projectDir } = learned
    await profiling?.tell({ projectDir, look, json, emit: redacted, show: report.show })
    return run.finish(end, performance.now() - started)
  }
  try {
    await inTime(work(emit), overdue)
    return await finish(signal.aborted ? 'failed' : 'fine')
  } catch (error) {
    if (overdue.aborted) {
      for (const text of cutOffTexts(progress)) run.emit({ event: 'note', level: 'warning', text })
    } else if (isFatal(error)) throw error
    run.emit({ event: 'failed', failure: failureOf(stoppedBy(signal, error), blame) })
    return await finish('failed')
  } finally {
    restoreLogs()
    await report.close()
  }
}
