import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { takeHostLock } from '../../../src/transport/lock/host-lock.ts'
import { fakeConnection } from '../../support/fake-connection.ts'

const holder = { command: 'refresh', user: 'ann', pid: 7, since: '2026-01-02T03:04:05.000Z' }
const scope = { playbook: 'shop', environment: 'default' }

test('a lock that somebody has is not waited for when that was stopped while its channel opened', async () => {
  const stop = new AbortController()
  const keeper = new PassThrough()
  const connection = fakeConnection({
    channel: () => {
      stop.abort()
      keeper.write(`busy 0 ${JSON.stringify(holder)}\n`)
      return Promise.resolve(keeper)
    },
  })
  const told: string[] = []
  const taking = takeHostLock(connection, {
    ...{ scope, holder, signal: stop.signal, onWait: (who: string) => void told.push(who) },
  })
  await expect(taking).rejects.toMatchObject({ code: 'interrupted' })
  expect(keeper.destroyed).toBe(true)
  expect(told).toEqual([])
})
