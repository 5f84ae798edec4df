import { expect, it } from 'vitest'
import { ProvisionError } from '../../../src/core/error.ts'
import type { Event } from '../../../src/core/event.ts'
import { reportApart } from '../../../src/cli/report/apart.ts'

it('a part that does not end in good order says so by its own report, and gives the screen back', async () => {
  const [stop, overdue] = [new AbortController(), new AbortController()]
  const told: Event[] = []
  let isClosed = false
  const openReport = () =>
    Promise.resolve({
      emit: (event: Event) => void told.push(event),
      show: () => undefined,
      close: () => Promise.resolve(void (isClosed = true)),
    })
  const finished = reportApart(
    {
      ...{
        openReport,
        blame: { ownDir: '/own', verbose: false, written: (place) => place },
        signal: stop.signal,
        overdue: overdue.signal,
      },
      shown: (text) => text,
    },
    (emit) => {
      emit({ event: 'task-started', task: 'after', phase: 'after', title: 'after' })
      stop.abort(new ProvisionError('interrupted', 'stopped by SIGINT'))
      overdue.abort()
      return new Promise(() => undefined)
    },
    () => true,
  )
  expect(await finished).toMatchObject({ ok: false })
  expect(isClosed).toBe(true)
  expect(told).toMatchObject([
    { event: 'task-started' },
    { event: 'note', text: 'cut off, because it did not end in good order: after' },
    { event: 'failed', failure: { message: 'stopped by SIGINT' } },
    { event: 'finished', ok: false },
  ])
})
