import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { timeLimit } from '../../src/transport/time-limit.ts'

const isCallable = (value: unknown): value is () => void => typeof value === 'function'

/** Collects garbage at once. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (isCallable(collect)) collect()
}

describe('timeLimit', () => {
  it('is aborted when its time is over, with the reason that a timeout has', async () => {
    const limit = timeLimit(10)
    expect(limit.aborted).toBe(false)
    await sleep(50)
    expect(limit.aborted).toBe(true)
    expect(limit.reason).toMatchObject({ name: 'TimeoutError' })
  })

  it('ends what only a combined signal knows it by, garbage collected meanwhile', async () => {
    const never = new AbortController()
    const cut = new Promise((resolve) => {
      AbortSignal.any([never.signal, timeLimit(300)]).addEventListener('abort', () => resolve('cut'))
    })
    for (let i = 0; i < 5; i++) {
      await sleep(10)
      collectGarbage()
    }
    expect(await Promise.race([cut, sleep(3_000, 'never cut')])).toBe('cut')
  })
})
