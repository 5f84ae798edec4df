import { expect, test } from 'vitest'
import { distinctBy } from '../../src/core/distinct.ts'

test.each([
  ['nothing', [], []],
  ['what differs stays in its order', ['b1', 'a1'], ['b1', 'a1']],
  ['what is the same: the last, in the place of the first', ['a1', 'b1', 'a2'], ['a2', 'b1']],
])('%s', (_, items, distinct) => {
  expect(distinctBy(items, (item) => item.slice(0, 1))).toEqual(distinct)
})
