import { expect, test } from 'vitest'
import { showChange, type Change } from '../../src/core/change.ts'

test.each<[string, Change, string]>([
  ['a field alone', { field: 'image', from: undefined, to: undefined }, 'image'],
  [
    'its causes, nearest first',
    { field: 'x', from: 'a', to: 'b', because: ['user.jar', 'User.java'] },
    'x: a → b ← user.jar ← User.java',
  ],
  [
    'its causes on the same line',
    { field: 'x', from: 'a', to: 'b', because: ['src/a\n- db › container postgres', 'Icon\r'] },
    'x: a → b ← src/a⏎- db › container postgres ← Icon␍',
  ],
  ['60 characters in full', { field: 'x', from: 'a', to: 'b'.repeat(60) }, `x: a → ${'b'.repeat(60)}`],
  ['more of them cut', { field: 'x', from: 'a', to: 'b'.repeat(61) }, `x: a → ${'b'.repeat(57)}…`],
  ['a line break as a sign', { field: 'x', from: 'a\nb', to: 'c' }, 'x: a⏎b → c'],
])('a change shows %s', (_, change, expected) => {
  expect(showChange(change)).toBe(expected)
})
