import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createGate } from '../../src/engine/gate.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const quiet = 500

/** A gate that notes what went through together, and who was let through. */
function noted(expected: number) {
  const opened: string[][] = []
  const through: string[] = []
  const refused: string[] = []
  const gate = createGate<string>(expected, quiet, (items) => opened.push([...items]))
  const arrive = (item: string): void => {
    gate.arrive(item).then(
      () => through.push(item),
      (error: unknown) => refused.push(`${item}: ${String(error)}`),
    )
  }
  return { ...gate, arrive, opened, through, refused }
}

it('opens at once when all are there', async () => {
  const { arrive, opened, through } = noted(2)
  arrive('a')
  await vi.advanceTimersByTimeAsync(quiet - 1)
  expect(opened).toEqual([])
  arrive('b')
  await vi.advanceTimersByTimeAsync(0)
  expect([opened, through]).toEqual([[['a', 'b']], ['a', 'b']])
})

it('waits as long as others keep coming, and then for none', async () => {
  const { arrive, opened } = noted(4)
  for (const item of ['a', 'b', 'c']) {
    arrive(item)
    await vi.advanceTimersByTimeAsync(quiet - 1)
  }
  expect(opened).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(opened).toEqual([['a', 'b', 'c']])
  arrive('d')
  await vi.advanceTimersByTimeAsync(0)
  expect(opened).toEqual([['a', 'b', 'c'], ['d']])
})

it('expects nobody who is known not to come', async () => {
  const { arrive, leave, opened } = noted(2)
  arrive('a')
  leave()
  await vi.advanceTimersByTimeAsync(0)
  expect(opened).toEqual([['a']])
})

it('lets nobody through once all is given up', async () => {
  const { arrive, giveUp, opened, refused } = noted(3)
  arrive('a')
  expect(giveUp(new Error('no'))).toBe(true)
  arrive('b')
  await vi.advanceTimersByTimeAsync(10 * quiet)
  expect([opened, refused]).toEqual([[], ['a: Error: no', 'b: Error: no']])
})

it('cannot give up what has begun', async () => {
  const { arrive, leave, giveUp, opened } = noted(3)
  arrive('a')
  await vi.advanceTimersByTimeAsync(quiet)
  expect(giveUp(new Error('no'))).toBe(false)
  leave()
  arrive('c')
  await vi.advanceTimersByTimeAsync(0)
  expect(opened).toEqual([['a'], ['c']])
})
