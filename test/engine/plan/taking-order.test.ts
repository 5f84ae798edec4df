import { describe, expect, it } from 'vitest'
import { isProvisionError, type ProvisionError } from '../../../src/core/error.ts'
import { inTakingOrder, type Exchange } from '../../../src/engine/plan/taking-order.ts'
import type { Operation } from '../../../src/core/plan.ts'

/** `a takes 80 frees 81 needs b`, on host `app` unless it says `on`. */
function exchange(text: string): Exchange {
  const [name = '', ...words] = text.split(' ')
  const after = (word: string): string[] =>
    words.flatMap((one, i) => (words[i - 1] === word ? one.split(',') : []))
  const [host = 'app'] = after('on')
  const [operation = 'recreate'] = after('does')
  const operations: readonly Operation[] = ['none', 'create', 'update', 'recreate']
  return {
    step: {
      ...{ id: name, host, kind: 'container', name, changes: [], actions: [], undo: [] },
      operation: operations.find((one) => one === operation) ?? 'recreate',
      needs: after('needs'),
    },
    takes: after('takes').map((port) => `port ${port}/tcp`),
    frees: after('frees').map((port) => `port ${port}/tcp`),
  }
}
function thrownBy(work: () => unknown): ProvisionError {
  try {
    work()
  } catch (error) {
    if (isProvisionError(error)) return error
  }
  throw new Error('it throws none')
}
const shown = (all: readonly string[]): readonly string[] =>
  inTakingOrder(all.map(exchange)).map(({ id, needs }) => [id, ...needs].join(' '))

describe('who takes a port comes after who gives it up', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['nobody gives one up', ['a takes 80', 'b takes 81 needs a'], ['a', 'b a']],
    ['it is listed after', ['a takes 81 frees 80', 'b takes 80'], ['a', 'b a']],
    ['it is listed before', ['b takes 80', 'c needs b', 'a takes 81 frees 80'], ['a', 'b a', 'c b']],
    ['a chain', ['c takes 81', 'b takes 80 frees 81', 'a frees 80'], ['a', 'b a', 'c b']],
    ['it needs that one anyway', ['b takes 80 needs a', 'a frees 80'], ['a', 'b a']],
    ['it is on another host', ['b takes 80', 'a frees 80 on web'], ['b', 'a']],
    ['it is as it should be', ['b takes 80 does none', 'a frees 80'], ['b', 'a']],
    ['several at once', ['b takes 80,81', 'a frees 80', 'c frees 81'], ['a', 'c', 'b a c']],
  ])('%s', (_, all, expected) => {
    expect(shown(all)).toEqual(expected)
  })

  it('on one address as well as on all', () => {
    const [a, b] = [exchange('a'), exchange('b takes 80')]
    const one = { ...a, takes: ['port 81/tcp'], frees: ['port 80/tcp on 127.0.0.1'] }
    expect(inTakingOrder([b, one]).map(({ id }) => id)).toEqual(['a', 'b'])
    const own = { ...a, takes: ['port 80/tcp on 127.0.0.1'], frees: ['port 80/tcp'] }
    expect(inTakingOrder([own]).map(({ needs }) => needs)).toEqual([[]])
  })

  it.each<[string, readonly string[], string, string]>([
    ['a swap', ['a takes 81 frees 80', 'b takes 80 frees 81'], 'a', 'b'],
    ['one that comes after it anyway', ['a frees 80 needs b', 'b takes 80'], 'b', 'a'],
    ['the same through another', ['b takes 80', 'c needs b', 'a frees 80 needs c'], 'b', 'a'],
  ])('and is refused where it cannot: %s', (_, all, taker, giver) => {
    const told = thrownBy(() => shown(all))
    expect(told.code).toBe('conflict')
    expect(told.message).toMatch(
      new RegExp(`^app › container ${taker}: it takes port 8[01]/tcp of container ${giver}, which`),
    )
    expect(told.help).toMatch(new RegExp(`docker stop ${giver}$`))
  })
})
