import { expect, test } from 'vitest'
import { sinceOf } from '../../../src/cli/logs/since.ts'

const now = Date.UTC(2026, 0, 31, 12)

test.each<[string, number]>([
  ['30s', now - 30_000],
  ['5m', now - 300_000],
  ['1.5h', now - 5_400_000],
  ['250ms', now - 250],
  ['999999999h', 0],
  ['2026-01-31T12:00:00Z', now],
  ['2026-01-31T12:00:00.5Z', now + 500],
  ['2026-01-31T13:00+01:00', now],
  ['2026-01-31T12:00', new Date(2026, 0, 31, 12).getTime()],
  ['2026-01-31', new Date(2026, 0, 31).getTime()],
])('since %s', (text, expected) => {
  expect(sinceOf(text, now)).toBe(expected / 1_000)
})

test.each([
  ...['5', '12', '3/4', '0', '-5m', '5 m', '1d', 'May 2001', 'yesterday', '', '2026', '2026-01', '20260131'],
  ...['2026-13-01', '2026-02-30', '2026-01-31T25:00Z', '2026-01-31 12:00:00', '2026-01-31T12', '1e3s'],
])('since %j is no time', (text) => {
  expect(() => sinceOf(text, now)).toThrow(`--since: ${JSON.stringify(text)} is not a time`)
})
