import { expect, test } from 'vitest'
import { showTime } from '../../../src/core/text/show-time.ts'

test.each([
  [new Date(2026, 0, 2, 3, 4, 5).toISOString(), '2026-01-02 03:04:05'],
  [new Date(2026, 11, 31, 23, 59, 59, 999).toISOString(), '2026-12-31 23:59:59'],
  ['some day', 'some day'],
  ['\u001b[2Jx', String.raw`\x1b[2Jx`],
])('%j is shown as %s', (iso, expected) => {
  expect(showTime(iso)).toBe(expected)
})
