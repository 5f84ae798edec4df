import type { Emit, Finished } from '../../core/event.ts'
import { failureOf } from '../../report/failure.ts'
import { redactEvent } from '../../report/redact.ts'
import type { World } from '../call/index.ts'
import { holdLast, stoppedBy } from './hold-last.ts'
import { cutOffTexts, followProgress, inTime } from './in-time.ts'
import { tellLogs } from '../playbook/told-logs.ts'

/** Carries out a part of what a command does, told by a report of its own from its beginning to its end. */
export async function reportApart(
  {
    openReport,
    shown,
    blame,
    signal,
    overdue,
  }: Pick<World, 'openReport' | 'shown' | 'blame' | 'signal' | 'overdue'>,
  work: (emit: Emit) => Promise<unknown>,
  isFatal: (error: unknown) => boolean,
): Promise<Finished> {
  const started = performance.now()
  const report = await openReport()
  const run = holdLast((event) => report.emit(redactEvent(event, shown)))
  const progress = followProgress()
  const emit: Emit = (event) => {
    progress.hear(event)
    run.emit(event)
  }
  const restoreLogs = tellLogs(shown, (level, text) => run.emit({ event: 'note', level, text }))
  const finish = (end: 'fine' | 'failed') => run.finish(end, performance.now() - started)
  try {
    await inTime(work(emit), overdue)
    return finish(signal.aborted ? 'failed' : 'fine')
  } catch (error) {
    if (overdue.aborted) {
      for (const text of cutOffTexts(progress)) run.emit({ event: 'note', level: 'warning', text })
    } else if (isFatal(error)) throw error
    run.emit({ event: 'failed', failure: failureOf(stoppedBy(signal, error), blame) })
    return finish('failed')
  } finally {
    restoreLogs()
    await report.close()
  }
}
