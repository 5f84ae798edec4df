import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import type { Step } from '../../src/core/plan.ts'
import { removeFormerImages, renewedBy } from '../../src/engine/former-images.ts'
import { fakeHost } from '../support/fake-host.ts'
import { step } from '../support/resource.ts'

const never = new AbortController().signal
const hosts = new Map(['a', 'b'].map((name) => [name, fakeHost(name)]))

describe('the hosts that may have former versions of images', () => {
  it.each<[string, readonly Step[], readonly string[]]>([
    ['those on which one was replaced', [step('a/image/x', { operation: 'update' })], ['a']],
    ['none where one has come for the first time', [step('a/image/x', { operation: 'create' })], []],
    ['none where anything else has changed', [step('a/file/x', { operation: 'update' })], []],
    [
      'each once',
      [
        step('a/image/x', { operation: 'update' }),
        step('a/image/y', { operation: 'update' }),
        step('b/image/x', { operation: 'update' }),
      ],
      ['a', 'b'],
    ],
  ])('%s', (_, steps, expected) => {
    const plan = { playbook: 'p', environment: 'e', steps }
    const changed = steps.map(({ id }) => id)
    expect(renewedBy(plan, changed, hosts).map(({ name }) => name)).toEqual(expected)
    expect(renewedBy(plan, [], hosts)).toEqual([])
  })
})

it('former images that cannot be removed are told, and spoil nothing', async () => {
  const events: Event[] = []
  const [fine, busy] = [fakeHost('a'), fakeHost('b', { fails: () => 'no' })]
  await removeFormerImages([fine, busy], never, (event) => void events.push(event))
  expect(fine.batches).toEqual([[{ do: 'prune-images' }]])
  expect(events).toMatchObject([{ event: 'note', level: 'warning' }])
})
