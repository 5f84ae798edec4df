import { expect, it, test } from 'vitest'
import { frequent, keptFor } from '../../../src/cli/boot/kept-for.ts'
import { commands } from '../../../src/cli/call/table.ts'

test.each<[readonly string[], string]>([
  [[], 'any'],
  [['--help'], 'any'],
  [['refersh'], 'any'],
  [['box', 'bake'], 'any'],
  [['refresh', 'shop'], 'refresh'],
  [['--json', 'status'], 'status'],
  [['exec', 'web', '--', 'status'], 'exec'],
])('the code of %j is kept for %s', (argv, expected) => {
  expect(keptFor(argv)).toBe(expected)
})

it('is kept apart for commands that there are', () => {
  expect(Object.keys(commands)).toEqual(expect.arrayContaining([...frequent]))
})
