import { expect, it } from 'vitest'
import { ProvisionError } from '../../../src/core/error.ts'
import type { Event } from '../../../src/core/event.ts'
import { numberOf } from '../../../src/core/history/journal-fields.ts'
import { isObject } from '../../../src/core/rules/shape.ts'
import { startProfiling } from '../../../src/cli/profiling.ts'
import { reportApart } from '../../../src/cli/report/apart.ts'
import { uncoloured } from '../../../src/report/style.ts'
import { phase } from '../../support/fake-run.ts'

/** A call of which parts are reported, with what they have told by then. */
function aCall(options: Pick<Parameters<typeof reportApart>[0], 'profilingFrom'>) {
  const [stop, overdue] = [new AbortController(), new AbortController()]
  const told: Event[] = []
  const closed: number[] = []
  const call = {
    openReport: () =>
      Promise.resolve({
        emit: (event: Event) => void told.push(event),
        show: () => undefined,
        close: () => Promise.resolve(void closed.push(told.length)),
      }),
    blame: { ownDir: '/own', verbose: false, written: <T>(place: T) => place },
    ...{ signal: stop.signal, overdue: overdue.signal, json: true, learned: { projectDir: undefined } },
    ...{ shown: (text: string) => text, look: { style: uncoloured, columns: 80 } },
    ...options,
  }
  return { call, stop, overdue, told, closed }
}

it('a part that does not end in good order says so by its own report, and gives the screen back', async () => {
  const { call, stop, overdue, told, closed } = aCall({ profilingFrom: () => Promise.resolve(undefined) })
  const finished = reportApart(
    call,
    (emit) => {
      emit({ event: 'task-started', task: 'after', phase: 'after', title: 'after' })
      stop.abort(new ProvisionError('interrupted', 'stopped by SIGINT'))
      overdue.abort()
      return new Promise(() => undefined)
    },
    () => true,
  )
  expect(await finished).toMatchObject({ ok: false })
  expect(closed).toEqual([4])
  expect(told).toMatchObject([
    { event: 'task-started' },
    { event: 'note', text: 'cut off, because it did not end in good order: after' },
    { event: 'failed', failure: { message: 'stopped by SIGINT' } },
    { event: 'finished', ok: false },
  ])
})

it.each([
  ['ends well', () => undefined],
  [
    'fails',
    () => {
      throw new ProvisionError('build', 'no')
    },
  ],
])('a part that %s has a profile of its own, before its end and from its own begin', async (_, end) => {
  const { call, told } = aCall({ profilingFrom: (began) => Promise.resolve(startProfiling(began)) })
  for (const name of ['build', 'plan'] as const) {
    told.length = 0
    await reportApart(
      call,
      (emit) => {
        phase(name).forEach(emit)
        return Promise.resolve().then(end)
      },
      () => false,
    )
    expect(told.slice(-2)).toMatchObject([
      { event: 'result', command: 'profile', data: { phases: [{ name }] } },
      { event: 'finished' },
    ])
    const [profile, finished] = told.slice(-2)
    const data: unknown = profile?.event === 'result' ? profile.data : undefined
    const lasted = isObject(data) ? numberOf(data['durationMs']) : NaN
    expect(lasted).toBeLessThanOrEqual(finished?.event === 'finished' ? finished.durationMs + 1 : 0)
  }
})
