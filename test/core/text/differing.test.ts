import { expect, it } from 'vitest'
import { differing } from '../../../src/core/text/differing.ts'

const x = (count: number): string => 'x'.repeat(count)

it.each<[string, from: string, to: string, shown: readonly [string, string]]>([
  ['short texts', 'a', 'b', ['a', 'b']],
  ['60 characters', `${x(59)}a`, `${x(59)}b`, [`${x(59)}a`, `${x(59)}b`]],
  ['a difference at the begin', `a${x(60)}`, `b${x(60)}`, [`a${x(56)}…`, `b${x(56)}…`]],
  ['the last one that the begin shows', `${x(44)}a${x(20)}`, x(65), [`${x(44)}a${x(12)}…`, `${x(57)}…`]],
  ['the first one that it does not', `${x(45)}a${x(20)}`, x(66), [`…${x(12)}a${x(19)}…`, `…${x(32)}…`]],
  [
    'one in the middle',
    `${x(90)}a${x(90)}`,
    `${x(90)}b${x(90)}`,
    [`…${x(12)}a${x(19)}…`, `…${x(12)}b${x(19)}…`],
  ],
  ['one at the end', `${x(90)}a`, `${x(90)}b`, [`…${x(12)}a`, `…${x(12)}b`]],
  ['an end that the other goes on after', x(90), `${x(90)}, and more`, [`…${x(12)}`, `…${x(12)}, and more`]],
  ['a short one and a long one', x(50), x(90), [x(50), `…${x(32)}…`]],
  ['a long one and nothing', '', x(61), ['', `${x(57)}…`]],
  [
    'wide characters',
    `${'東'.repeat(70)}京`,
    `${'東'.repeat(70)}都`,
    [`…${'東'.repeat(12)}京`, `…${'東'.repeat(12)}都`],
  ],
  // Three code points, of which two take two units each, with a joiner between them.
  [
    'characters of several units',
    `${'👩‍🚀'.repeat(20)}a`,
    `${'👩‍🚀'.repeat(20)}b`,
    [`…${'👩‍🚀'.repeat(3)}a`, `…${'👩‍🚀'.repeat(3)}b`],
  ],
  ['another of them', `${x(60)}👩‍🚀`, `${x(60)}👩‍🚒`, [`…${x(8)}👩‍🚀`, `…${x(8)}👩‍🚒`]],
  ['where such a one would be cut', `${x(56)}👩‍🚀${x(9)}`, '', [`${x(56)}…`, '']],
])('shows %s', (_, from, to, shown) => {
  expect(differing(from, to)).toEqual(shown)
  expect(differing(to, from)).toEqual(shown.toReversed())
})

it('shows different texts differently', () => {
  const texts = [0, 30, 44, 45, 57, 60, 61, 200].flatMap((at) => [x(at), `${x(at)}a`, `${x(at)}a${x(70)}`])
  for (const from of texts)
    for (const to of texts.filter((one) => one !== from)) {
      const [before, after] = differing(from, to)
      expect(before).not.toBe(after)
    }
})
