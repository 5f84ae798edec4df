import { expect, it } from 'vitest'
import type { Plan } from '../../src/core/plan.ts'
import { changedText, changesText, countOf } from '../../src/report/changes.ts'
import { uncoloured } from '../../src/report/style.ts'

const commandLine = (...words: readonly string[]) => `provision ${words.join(' ')} --env test`
const look = { style: uncoloured, columns: 50, commandLine }

const planOf = (fields: number): Plan => ({
  ...{ playbook: 'shop', environment: 'shop' },
  steps: [
    {
      ...{ id: 'web/tree/www', host: 'web', kind: 'tree', name: '/var/www', operation: 'update' },
      ...{ needs: [], actions: [], undo: [] },
      changes: Array.from({ length: fields }, (_, i) => ({ field: `${i}.html`, from: 'a', to: 'b' })),
    },
  ],
})

it.each([
  [12, 13, '    11.html: a → b'],
  [13, 14, '    and 1 more; provision history show --env test has them all'],
  [9_999, 14, '    and 9987 more; provision history show --env test has them all'],
])('of %i fields that changed, %i lines are told', (fields, lines, last) => {
  const told = changedText(planOf(fields), look).split('\n')
  expect([told.length, told.at(-1)]).toEqual([lines, last])
})

it('a plan that is asked for tells every field', () => {
  const told = changesText(planOf(9_999), look).split('\n')
  expect([told[0], told.length, told.at(-1)]).toEqual([
    '~ web › tree /var/www',
    10_000,
    '    9998.html: a → b',
  ])
})

it.each([
  [1, 'directory', '1 directory'],
  [2, 'directory', '2 directories'],
  [2, 'push', '2 pushes'],
  [0, 'file', '0 files'],
])('%i of %s is %s', (count, noun, text) => {
  expect(countOf(count, noun)).toBe(text)
})
