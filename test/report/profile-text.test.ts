import { expect, test } from 'vitest'
import { noTraffic } from '../../src/core/traffic.ts'
import { profileText, summaryOf } from '../../src/report/profile-text.ts'
import { uncoloured } from '../../src/report/style.ts'
import { profile, span } from '../support/profile.ts'

const part = (name: string, start: number, end: number) => ({
  ...span('part', `app/${name}`, start, end),
  name,
})

const summary = summaryOf(
  profile(
    200,
    [
      part('connect', 0, 40),
      part('ask', 40, 90),
      part('ask', 40, 100),
      span('phase', 'apply', 100, 190),
      { ...span('task', 'app/one', 100, 180), name: 'file one' },
      { ...span('task', 'app/two', 100, 190), name: 'file two' },
      part('write-file', 101, 179),
      part('write-file', 101, 189),
    ],
    {
      traffic: new Map([
        ['app', { ...noTraffic, channels: 5, requests: 4, turns: 6, sent: 1_234, received: 99 }],
      ]),
    },
  ),
)

test('time of a host counts once, however much went on at that time', () => {
  expect(summary.hosts).toEqual([
    {
      ...{ host: 'app', connectMs: 40, askMs: 60, workMs: 88 },
      ...{ connections: 0, channels: 5, requests: 4, turns: 6, sent: 1_234, received: 99 },
    },
  ])
})

test('tables for people', () => {
  expect(profileText(summary, { style: uncoloured, columns: Infinity }))
    .toBe(`phase  began at  took, of 200 ms
apply  100 ms    90 ms

critical path     began at  took
app › connect     0 ms      40 ms
app › ask         40 ms     60 ms
app › file two    100 ms    90 ms
provision itself  190 ms    10 ms

host  connect  ask    work   connections  channels  requests  turns  sent    received
app   40 ms    60 ms  88 ms  0            5         4         6      1.2 kB  99 B

slowest         began at  took
app › file two  100 ms    90 ms
app › file one  100 ms    80 ms`)
})
