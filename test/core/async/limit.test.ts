import { expect, test } from 'vitest'
import { createLimit } from '../../../src/core/async/limit.ts'

test('no more than so many at once, in the order of asking, whatever fails', async () => {
  const limit = createLimit(2)
  const order: number[] = []
  let busy = 0
  let most = 0
  const results = await Promise.allSettled(
    [0, 1, 2, 3, 4].map((i) =>
      limit(async () => {
        order.push(i)
        most = Math.max(most, ++busy)
        await new Promise((resolve) => setTimeout(resolve, 5 - i))
        busy--
        if (i % 2 === 1) throw new Error(String(i))
        return i
      }),
    ),
  )
  expect(most).toBe(2)
  expect(order).toEqual([0, 1, 2, 3, 4])
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, false, true])
  expect(await limit(() => Promise.resolve('free'))).toBe('free')
})
