import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Profile, Span } from '../../src/report/profile.ts'
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

/** The names on the way, by its definition: what is asked for is looked for among all, at each step. */
function namesOnTheWay({ spans, needs, end }: Profile): readonly string[] {
  const lastOf = (some: readonly Span[], now: number): Span | undefined => {
    const over = some.filter((one) => one.end <= now + 2 && one.start < now)
    return over.find((one) => over.every((other) => other.end <= one.end))
  }
  const way: Span[] = []
  for (let now = end; now > 2; now = way[0]?.start ?? 0) {
    const ids = way[0]?.kind === 'task' ? (needs.get(way[0].id) ?? []) : []
    const needed = spans.filter(({ kind, id }) => kind === 'task' && ids.includes(id))
    const before = lastOf(needed, now) ?? lastOf(spans, now)
    if (!before) break
    way.unshift(before)
  }
  // What ended just after the next had begun is told until then; what is left of it may be too short to be told.
  return way
    .filter(({ start, end: own }, i) => Math.min(own, way[i + 1]?.start ?? end) - start > 2)
    .map(({ name }) => name)
}

test('is the same as by its definition, whatever ran beside whatever', () => {
  const time = fc.nat(40)
  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  const one = fc
    .record({ kind: fc.constantFrom('task', 'part'), id: fc.constantFrom(...ids), start: time, took: time })
    .map(({ kind, id, start, took }) => span(kind, id, start, start + took))
  const all = fc.array(one, { maxLength: 20 }).map((some) =>
    // Each with a name of its own, though a task may have run twice.
    some.map((each, i) => ({ ...each, name: `${i}` })).sort((a, b) => a.start - b.start),
  )
  const needs = fc.array(fc.tuple(fc.constantFrom(...ids), fc.subarray(ids)))
  fc.assert(
    fc.property(all, needs, fc.nat(90), (spans, pairs, end) => {
      const given = profile(end, spans, { needs: new Map(pairs) })
      const names = criticalPath(given).map(({ name }) => name)
      expect(names.filter((name) => name !== 'provision itself')).toEqual(namesOnTheWay(given))
    }),
    { numRuns: 1_000 },
  )
})

test('looks at each task a few times, however many there are', () => {
  let looks = 0
  const watched = (each: Span): Span =>
    new Proxy(each, {
      get: (target, key) => {
        looks++
        const value: unknown = Reflect.get(target, key)
        return value
      },
    })
  const count = 2_000
  const spans = Array.from({ length: count }, (_, i) => watched(span('task', `app/${i}`, i * 10, i * 10 + 8)))
  const needs = new Map(spans.map(({ id }, i) => [id, i === 0 ? [] : [`app/${i - 1}`]]))
  expect(criticalPath(profile(count * 10 - 2, spans, { needs }))).toHaveLength(count)
  expect(looks).toBeLessThan(count * 100)
})
