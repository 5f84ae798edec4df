import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLimit } from '../../../src/core/async/limit.ts'
import { takeTurns, type Turns } from '../../../src/engine/build/turns.ts'

/** Starts work for each list of keys, and gives which of them ran at the same time. */
async function overlaps(turns: Turns, all: readonly (readonly string[])[]): Promise<string[]> {
  const running = new Set<number>()
  const met = new Set<string>()
  await Promise.all(
    all.map((keys, index) =>
      turns(keys, async () => {
        for (const other of running) met.add(`${Math.min(other, index)}${Math.max(other, index)}`)
        running.add(index)
        await sleep(5)
        running.delete(index)
      }),
    ),
  )
  return [...met].sort()
}

test.each<[string, string[][], string[]]>([
  ['no keys', [[], []], ['01']],
  ['other keys', [['a'], ['b']], ['01']],
  ['the same key', [['a'], ['a'], ['a']], []],
  [
    'one key of several',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    [],
  ],
  [
    'several keys in another order',
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [],
  ],
  [
    'a circle of keys',
    [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ],
    [],
  ],
  ['a key twice', [['a', 'a']], []],
])('what has a key in common runs one after another, all else side by side: %s', async (_, all, expected) => {
  expect(await overlaps(takeTurns(), all)).toEqual(expected)
})

test('who fails makes room for the next, and each gets its own outcome', async () => {
  const turns = takeTurns()
  const results = await Promise.allSettled([
    turns(['a', 'b'], () => Promise.reject(new Error('no'))),
    turns(['b', 'a'], () => Promise.resolve('yes')),
  ])
  expect(results).toMatchObject([{ reason: { message: 'no' } }, { value: 'yes' }])
})

test('who waits for a turn takes no place from those that could run', async () => {
  const [turns, limit] = [takeTurns(), createLimit(2)]
  const limited: Turns = (keys, work) => turns(keys, () => limit(work))
  let go: (() => void) | undefined
  const gone = new Promise<void>((resolve) => (go = resolve))
  const first = limited(['a'], () => gone)
  const second = limited(['a'], () => Promise.resolve('after it'))
  await limited(['b'], () => Promise.resolve(go?.()))
  await first
  expect(await second).toBe('after it')
})
