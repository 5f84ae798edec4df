import { expect, test } from 'vitest'
import { changesOf, showChange, type Change } from '../../src/core/change.ts'

test.each<[string, Record<string, string>, Record<string, string>, string[]]>([
  ['nothing', { A: '1' }, { A: '1' }, []],
  ['a value', { A: '1', B: '2' }, { A: '3', B: '2' }, ['env.A: 1 → 3']],
  ['what is new', {}, { A: '' }, ['env.A: none → ']],
  ['what is gone', { A: '1' }, {}, ['env.A: 1 → none']],
  [
    'several, by their names',
    { B: '1', A: '1' },
    { C: '1' },
    ['env.A: 1 → none', 'env.B: 1 → none', 'env.C: none → 1'],
  ],
])('of two records differs: %s', (_, from, to, expected) => {
  expect(changesOf('env', from, to).map(showChange)).toEqual(expected)
})

test.each<[string, Change, string]>([
  ['a field alone', { field: 'image', from: undefined, to: undefined }, 'image'],
  [
    'its causes, nearest first',
    { field: 'x', from: 'a', to: 'b', because: ['user.jar', 'User.java'] },
    'x: a → b ← user.jar ← User.java',
  ],
  ['60 characters in full', { field: 'x', from: 'a', to: 'b'.repeat(60) }, `x: a → ${'b'.repeat(60)}`],
  ['more of them cut', { field: 'x', from: 'a', to: 'b'.repeat(61) }, `x: a → ${'b'.repeat(57)}…`],
  ['a line break as a sign', { field: 'x', from: 'a\nb', to: 'c' }, 'x: a⏎b → c'],
])('a change shows %s', (_, change, expected) => {
  expect(showChange(change)).toBe(expected)
})
