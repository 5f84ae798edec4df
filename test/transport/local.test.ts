import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runLocal } from '../../src/transport/local.ts'

const run = (argv: readonly string[], signal: AbortSignal) =>
  runLocal({ argv, cwd: '/', signal, onLine: () => undefined })

test.each([
  ['before it begins', undefined],
  ['at once', 0],
  ['while it runs', 200],
])('a command that is stopped %s ends', async (_, after) => {
  const stop = new AbortController()
  if (after === undefined) stop.abort()
  const running = run(['sleep', '300'], stop.signal)
  if (after === 0) stop.abort()
  else if (after !== undefined) setTimeout(() => stop.abort(), after)
  await expect(running).rejects.toMatchObject({ code: 'interrupted' })
})

test('many commands at once have one listener for the end of this process, which goes with the last', async () => {
  const before = process.listenerCount('exit')
  const never = new AbortController().signal
  // As that of a run is.
  setMaxListeners(0, never)
  const running = Array.from({ length: 12 }, () => run(['sleep', '0.5'], never))
  const added: number[] = []
  for (let i = 0; i < 20; i++) {
    await sleep(10)
    added.push(process.listenerCount('exit') - before)
  }
  await Promise.all(running)
  expect(Math.max(...added)).toBe(1)
  expect(process.listenerCount('exit')).toBe(before)
})
