import { expect, test } from 'vitest'
import { reachable } from '../../../src/core/graph/reachable.ts'

test.each<[from: string, edges: Readonly<Record<string, readonly string[]>>, found: readonly string[]]>([
  ['a', {}, ['a']],
  ['a', { a: ['b', 'c'], b: ['d'], e: ['a'] }, ['a', 'b', 'c', 'd']],
  ['a', { a: ['b'], b: ['a'] }, ['a', 'b']],
])('what %s leads to by %j', (from, edges, found) => {
  expect([...reachable(from, (one) => edges[one] ?? [])].sort()).toEqual(found)
})
