import { expect, test } from 'vitest'
import { noTraffic } from '../../src/core/traffic.ts'
import { traceOf } from '../../src/report/profile-trace.ts'
import { profile, span } from '../support/profile.ts'

const trace = traceOf(
  profile(
    100,
    [
      span('phase', 'apply', 0, 90),
      span('task', 'app/one', 0, 50),
      span('part', 'app/ask', 5, 9),
      span('task', 'app/two', 10, 30.5),
      span('task', 'web/three', 20, 40),
      span('task', 'app/four', 50, 60),
    ],
    { traffic: new Map([['app', { ...noTraffic, turns: 7 }]]) },
  ),
).traceEvents
const complete = trace.flatMap((event) => (event.ph === 'X' ? [event] : []))

test('a process for this machine and one for each host, with what went over the wire', () => {
  const named = trace.flatMap(({ name, pid, args }) => (name === 'process_name' ? [{ pid, ...args }] : []))
  expect(named).toEqual([
    { pid: 1, name: 'provision' },
    { pid: 2, name: 'app', ...noTraffic, turns: 7 },
    { pid: 3, name: 'web' },
  ])
})

test('everything is there once, in microseconds', () => {
  expect(complete.map(({ name, pid, ts, dur }) => [name, pid, ts, dur])).toEqual([
    ['apply', 1, 0, 90_000],
    ['app/one', 2, 0, 50_000],
    ['app/four', 2, 50_000, 10_000],
    ['app/ask', 2, 5_000, 4_000],
    ['app/two', 2, 10_000, 20_500],
    ['web/three', 3, 20_000, 20_000],
  ])
})

test('what overlaps is on threads of its own, with names', () => {
  for (const one of complete) {
    const beside = complete.filter(({ pid, tid }) => pid === one.pid && tid === one.tid)
    const overlapping = beside.filter(({ ts, dur }) => ts < one.ts + one.dur && one.ts < ts + dur)
    expect(overlapping).toEqual([one])
  }
  const threads = trace.flatMap(({ name, pid, args }) =>
    name === 'thread_name' ? [[pid, args['name']]] : [],
  )
  expect(threads).toEqual([
    [1, 'phases'],
    [2, 'apply'],
    [2, 'transport'],
    [2, 'apply'],
    [3, 'apply'],
  ])
})
