import { expect, it } from 'vitest'
import { ProvisionError } from '../../src/core/error.ts'
import { connectInTurn } from '../../src/engine/connect-in-turn.ts'
import type { Session } from '../../src/engine/session.ts'
import { matching } from '../support/matching.ts'

const target = (name: string) => ({
  ...{ name, address: name, port: 22, user: 'core', identityFile: undefined, knownHosts: [] },
  ...{ hostKeyAlias: undefined, become: false },
})
const { signal } = new AbortController()

/** Connecting that never comes to an end but by failing, and the names of those that are at it. */
function stalling() {
  const began: string[] = []
  const fails = new Map<string, () => void>()
  const connect: Session['connect'] = ({ name }) => {
    began.push(name)
    return new Promise((_, reject) =>
      fails.set(name, () => reject(new ProvisionError('host', `${name}: no`))),
    )
  }
  return { began, connect, fail: (name: string) => fails.get(name)?.() }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

it('lets only so many connect at a time, the next when one has ended, and tells each how it ended', async () => {
  const { began, connect, fail } = stalling()
  const inTurn = connectInTurn(connect, { most: 2, patience: 60_000 })
  const all = Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn(target(name), signal)))
  await turn()
  expect(began).toEqual(['a', 'b'])
  fail('b')
  await turn()
  expect(began).toEqual(['a', 'b', 'c'])
  fail('a')
  fail('c')
  expect(await all).toMatchObject(
    ['a', 'b', 'c'].map((name) => ({
      status: 'rejected',
      reason: { message: matching(new RegExp(`^${name}:`)) },
    })),
  )
})

it('does not let those wait who answer, for those who do not', async () => {
  const { began, connect, fail } = stalling()
  const inTurn = connectInTurn(connect, { most: 1, patience: 10 })
  const all = Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn(target(name), signal)))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(began).toEqual(['a', 'b', 'c'])
  began.forEach(fail)
  await all
})

it('does not go on so where most do not answer', async () => {
  const { began, connect, fail } = stalling()
  const inTurn = connectInTurn(connect, { most: 1, patience: 10, beyond: 1 })
  const all = Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn(target(name), signal)))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(began).toEqual(['a', 'b'])
  fail('a')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(began).toEqual(['a', 'b', 'c'])
  began.forEach(fail)
  await all
})
