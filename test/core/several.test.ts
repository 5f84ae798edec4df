import { describe, expect, it } from 'vitest'
import { helpOfAll } from '../../src/core/several.ts'

describe('the help of several failures', () => {
  it.each([
    ['of none', [], undefined],
    ['where none has any', [undefined, undefined], undefined],
    ['is that of the only one that has it', [undefined, 'look'], 'look'],
    ['has the same once', ['look', 'wait', 'look'], 'look\nwait'],
  ])('%s', (_, helps, expected) => {
    expect(helpOfAll(helps.map((help) => ({ help })))).toBe(expected)
  })
})
