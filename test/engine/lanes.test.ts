import { expect, it } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { createLanes } from '../../src/engine/lanes.ts'
import { fakeHost } from '../support/fake-host.ts'
import { never } from '../support/transport.ts'

const run = (word: string): Action => ({
  do: 'run',
  argv: [word],
  cwd: undefined,
  env: {},
  timeout: 1_000,
})

it('commands of one batch show each its own lines', async () => {
  const host = fakeHost('web', { says: (action) => (action.do === 'run' ? action.argv : []) })
  const perform = createLanes(new Map([['web', host]]), never)
  const shown: string[] = []
  await Promise.all(
    ['one', 'two', 'three'].map((word) =>
      perform('web', run(word), { line: (line) => shown.push(`${word}: ${line}`) }),
    ),
  )
  expect(host.batches).toHaveLength(1)
  expect(shown).toEqual(['one: one', 'two: two', 'three: three'])
})
