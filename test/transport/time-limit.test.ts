import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { deferred } from '../../src/core/async/deferred.ts'
import { timeLimit, within } from '../../src/transport/time-limit.ts'

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
    expect(await cut).toBe('cut')
  })
})

describe('within', () => {
  const late = () => new Error('late')
  const never = new AbortController().signal
  const heeding = (signal: AbortSignal) =>
    new Promise<string>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('cut')))
    })

  it.each<[string, (signal: AbortSignal) => Promise<string>]>([
    ['ends when told to', heeding],
    ['takes no notice', () => new Promise(() => undefined)],
  ])('gives up work that %s', async (_, work) => {
    await expect(within(50, late, never, work)).rejects.toThrow('late')
  })

  it('gives up work that takes no notice, and hears nothing of what it fails with later', async () => {
    const work = deferred<string>()
    await expect(within(50, late, never, () => work.promise)).rejects.toThrow('late')
    work.reject(new Error('other'))
    // An error that nobody hears would fail the test now.
    await sleep(0)
  })

  it('lets work end in good order that is too late', async () => {
    let isOver = false
    const work = (signal: AbortSignal) =>
      heeding(signal).catch(async (error: unknown) => {
        await sleep(100)
        isOver = true
        throw error
      })
    await expect(within(10, late, never, work)).rejects.toThrow('late')
    expect(isOver).toBe(true)
  })

  it('tells what work in time comes to', async () => {
    expect(await within(1_000, late, never, () => Promise.resolve('done'))).toBe('done')
    await expect(within(1_000, late, never, () => Promise.reject(new Error('own')))).rejects.toThrow('own')
  })

  it('tells what work fails with that is interrupted', async () => {
    const stop = new AbortController()
    const working = within(1_000, late, stop.signal, heeding)
    stop.abort()
    await expect(working).rejects.toThrow('cut')
  })
})
