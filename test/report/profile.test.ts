import { expect, test } from 'vitest'
import { noTraffic } from '../../src/core/traffic.ts'
import type { Event } from '../../src/core/event.ts'
import { hostsIn, phasesIn, profileOf } from '../../src/report/profile.ts'

const failure = { code: 'action', message: 'no' } as const
const profiled = (end: number, ...events: readonly (readonly [number, Event])[]) =>
  profileOf(
    events.map(([at, event]) => ({ at, event })),
    end,
  )

test.each<[string, readonly (readonly [number, Event])[], object]>([
  [
    'a phase, by its events',
    [
      [10, { event: 'phase-started', phase: 'build' }],
      [30, { event: 'phase-finished', phase: 'build', ok: true, durationMs: 1, summary: '' }],
    ],
    { kind: 'phase', id: 'build', start: 10, end: 30, failed: false },
  ],
  [
    'a task, with its host and phase',
    [
      [10, { event: 'task-started', task: 'app/file/x', phase: 'apply', host: 'app', title: 'file x' }],
      [40, { event: 'task-finished', task: 'app/file/x', durationMs: 1 }],
    ],
    { kind: 'task', id: 'app/file/x', name: 'file x', phase: 'apply', host: 'app', start: 10, end: 40 },
  ],
  [
    'a task that failed',
    [
      [10, { event: 'task-started', task: 'x', phase: 'build', title: 'x' }],
      [40, { event: 'task-failed', task: 'x', durationMs: 1, failure }],
    ],
    { kind: 'task', id: 'x', host: undefined, start: 10, end: 40, failed: true },
  ],
  [
    'a task that nobody ended, until the end of the run',
    [[10, { event: 'task-started', task: 'x', phase: 'build', title: 'x' }]],
    { start: 10, end: 99, failed: true },
  ],
  [
    'a part, which is told when it is over',
    [[50, { event: 'timed', what: 'ask', host: 'app', durationMs: 20 }]],
    { kind: 'part', name: 'ask', host: 'app', start: 30, end: 50 },
  ],
  [
    'a part that began before the clock did',
    [[5, { event: 'timed', what: 'load', durationMs: 20 }]],
    { kind: 'part', name: 'load', host: undefined, start: 0, end: 5 },
  ],
])('%s', (_, events, expected) => {
  const { spans } = profiled(99, ...events)
  expect(spans).toHaveLength(1)
  expect(spans[0]).toMatchObject(expected)
})

test('spans stand in the order in which they began, phases in theirs, hosts by what was first', () => {
  const all = profiled(
    99,
    [5, { event: 'phase-started', phase: 'plan' }],
    [6, { event: 'phase-started', phase: 'build' }],
    [20, { event: 'timed', what: 'ask', host: 'web', durationMs: 5 }],
    [30, { event: 'timed', what: 'ask', host: 'app', durationMs: 20 }],
    [40, { event: 'traffic', host: 'bus', traffic: { ...noTraffic, turns: 3 } }],
  )
  expect(all.spans.map(({ start }) => start)).toEqual([5, 6, 10, 15])
  expect(phasesIn(all).map(({ id }) => id)).toEqual(['build', 'plan'])
  expect(hostsIn(all)).toEqual(['app', 'web', 'bus'])
  expect(all.traffic.get('bus')?.turns).toBe(3)
})
