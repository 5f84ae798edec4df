import { expect, it } from 'vitest'
import { table } from '../../src/report/table.ts'
import { displayWidth } from '../../src/report/width.ts'

it.each([
  ['columns as wide as their widest cell', Infinity, 'name  at\nweb   1\n日本  22'],
  ['all on a screen that is wide enough', 8, 'name  at\nweb   1\n日本  22'],
])('shows %s', (_, columns, text) => {
  expect(
    table(
      ['name', 'at'],
      [
        ['web', '1'],
        ['日本', '22'],
      ],
      columns,
    ),
  ).toBe(text)
})

it('gives less room to the widest column where the screen is narrow', () => {
  const text = table(['name', 'url'], [['web', 'http://192.168.60.2:8080/some/path']], 30)
  expect(Math.max(...text.split('\n').map(displayWidth))).toBe(30)
  expect(text).toContain('…')
})

it('fills in cells that a row does not have', () => expect(table(['a', 'b'], [['1']], 80)).toBe('a  b\n1'))
