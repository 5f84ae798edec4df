import type { Emit, Finished } from '../core/event.ts'
import { failureOf } from '../report/failure.ts'
import { redactEvent } from '../report/redact.ts'
import type { World } from './call.ts'
import { holdLast, stoppedBy } from './hold-last.ts'

/** Carries out a part of what a command does, told by a report of its own from its beginning to its end. */
export async function reportApart(
  { openReport, learned, blame, signal }: Pick<World, 'openReport' | 'learned' | 'blame' | 'signal'>,
  work: (emit: Emit) => Promise<unknown>,
  isFatal: (error: unknown) => boolean,
): Promise<Finished> {
  const started = performance.now()
  const report = await openReport()
  const run = holdLast((event) => report.emit(redactEvent(event, learned.redact)))
  const finish = (end: 'fine' | 'failed') => run.finish(end, performance.now() - started)
  try {
    await work(run.emit)
    return finish('fine')
  } catch (error) {
    if (isFatal(error)) throw error
    run.emit({ event: 'failed', failure: failureOf(stoppedBy(signal, error), blame) })
    return finish('failed')
  } finally {
    await report.close()
  }
}
