import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { onAbort, unlessAborted } from '../../../src/core/async/abort.ts'

/** When an abort comes, and whether it is told. */
test.each<[string, ('abort' | 'listen' | 'stop')[], number]>([
  ['before', ['abort', 'listen'], 1],
  ['later', ['listen', 'abort'], 1],
  ['too late', ['listen', 'stop', 'abort'], 0],
  ['never', ['listen'], 0],
])('an abort that comes %s', (_, steps, expected) => {
  const end = new AbortController()
  let told = 0
  let stop = (): void => undefined
  for (const step of steps) {
    if (step === 'abort') end.abort()
    else if (step === 'stop') stop()
    else stop = onAbort(end.signal, () => told++)
  }
  expect(told).toBe(expected)
})

test.each<[string, boolean, () => Promise<string>, string]>([
  ['what it comes to', false, () => Promise.resolve('done'), 'done'],
  ['what it fails with', false, () => Promise.reject(new Error('broken')), 'broken'],
  ['that it was given up, whatever it comes to', true, () => new Promise(() => undefined), 'given up'],
  ['that it was given up, though it fails later', true, later, 'given up'],
])('of work is told %s', async (_, aborted, work, expected) => {
  const signal = aborted ? AbortSignal.abort() : new AbortController().signal
  const told = await unlessAborted(signal, work()).catch((error: unknown) => error)
  expect(told instanceof Error ? told.message : told).toBe(expected)
  await sleep(20)
})

async function later(): Promise<string> {
  await sleep(10)
  throw new Error('too late')
}
