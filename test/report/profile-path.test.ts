import { expect, test } from 'vitest'
import type { Profile } from '../../src/report/profile.ts'
import { criticalPath } from '../../src/report/profile-path.ts'
import { profile, span } from '../support/profile.ts'

/** A path as text: `10-50 app/connect`. */
const told = (all: Profile): readonly string[] =>
  criticalPath(all).map(({ name, start, end }) => `${start}-${end} ${name}`)

test.each<[string, Profile, readonly string[]]>([
  ['nothing is known', profile(100, []), ['0-100 provision itself']],
  [
    'one part after the other',
    profile(100, [span('part', 'a', 0, 40), span('part', 'b', 41, 100)]),
    ['0-40 a', '41-100 b'],
  ],
  [
    'of those side by side the one that ended last',
    profile(100, [span('part', 'a', 0, 30), span('part', 'b', 0, 60), span('part', 'c', 61, 100)]),
    ['0-60 b', '61-100 c'],
  ],
  [
    'one that went on beside what came after is not waited for',
    profile(100, [span('part', 'a', 0, 30), span('part', 'beside', 10, 90), span('part', 'c', 31, 100)]),
    ['0-30 a', '31-100 c'],
  ],
  [
    'a gap is told by the phase that was under way',
    profile(100, [span('part', 'a', 0, 20), span('phase', 'build', 30, 60), span('part', 'c', 60, 100)]),
    ['0-20 a', '20-30 provision itself', '30-60 build', '60-100 c'],
  ],
  [
    'what a part waits for inside itself is part of it',
    profile(100, [span('task', 'app/push', 0, 100), span('part', 'app/files', 10, 98)]),
    ['0-100 app/push'],
  ],
  [
    'a step of the plan waits for what it needs, though another ended later',
    profile(
      100,
      [span('task', 'app/a', 0, 50), span('task', 'web/b', 0, 51), span('task', 'app/c', 51, 100)],
      { needs: new Map([['app/c', ['app/a']]]) },
    ),
    ['0-50 app/a', '51-100 app/c'],
  ],
  [
    'of several needs the last',
    profile(100, [span('task', 'x/a', 0, 20), span('task', 'x/b', 0, 50), span('task', 'x/c', 50, 100)], {
      needs: new Map([['x/c', ['x/a', 'x/b']]]),
    }),
    ['0-50 x/b', '50-100 x/c'],
  ],
  [
    'a need that had nothing to do does not count',
    profile(100, [span('part', 'ask', 0, 50), span('task', 'x/c', 50, 100)], {
      needs: new Map([['x/c', ['x/done']]]),
    }),
    ['0-50 ask', '50-100 x/c'],
  ],
  [
    'what no one notices is left out',
    profile(100, [span('part', 'a', 0, 1), span('part', 'b', 1, 100)]),
    ['1-100 b'],
  ],
])('%s', (_, all, expected) => {
  expect(told(all)).toEqual(expected)
})
