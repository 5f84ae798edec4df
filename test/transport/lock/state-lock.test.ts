import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ProvisionError } from '../../../src/core/error.ts'
import { acquireLock, describeHolder, holderIn } from '../../../src/transport/lock/state-lock.ts'
import { matching } from '../../support/matching.ts'

const never = new AbortController().signal
const place = (): string => `/state/${process.pid}/${Math.random()}`

describe('the lock of an environment', () => {
  it('tells since when it is held, with the day, in figures of no place', () => {
    const since = new Date(2026, 0, 2, 3, 4, 5).toISOString()
    const holder = { command: 'refresh', user: 'ann', machine: 'desk', pid: 7, since }
    expect(describeHolder(holder, '/state')).toBe(
      '`provision refresh` of ann@desk (pid 7) has been at work here since 2026-01-02 03:04:05',
    )
  })

  it('lets one in and tells the other who holds it', async () => {
    const state = place()
    const first = await acquireLock(state, 'quickstart', never, () => undefined)
    const told: string[] = []
    const second = acquireLock(state, 'refresh', never, (line) => {
      told.push(line)
      void first.release()
    })
    await (await second).release()
    expect(told[0]).toMatch(new RegExp(`provision quickstart.*pid ${process.pid}.*since`))
  })

  it.each(['', '{', '[]', '{"command":"x"}', '{"command":"x","since":{}}'])(
    'knows nobody who says %j',
    (answer) => expect(holderIn(answer)).toBeUndefined(),
  )

  it('keeps different environments apart', async () => {
    const locks = await Promise.all(
      [place(), place()].map((state) => acquireLock(state, 'refresh', never, () => undefined)),
    )
    await Promise.all(locks.map((lock) => lock.release()))
    expect(locks).toHaveLength(2)
  })

  it('is not waited for by who does not want to, and stays with its owner', async () => {
    const state = place()
    const lock = await acquireLock(state, 'quickstart', never, () => undefined)
    const refused = acquireLock(state, 'refresh', never, (who) => {
      throw new ProvisionError('locked', who)
    })
    await expect(refused).rejects.toMatchObject({
      code: 'locked',
      message: matching(/provision quickstart.*has been at work here since \d/),
    })
    await lock.release()
    await (await acquireLock(state, 'refresh', never, () => undefined)).release()
  })

  it('can be given up while waiting', async () => {
    const state = place()
    const lock = await acquireLock(state, 'quickstart', never, () => undefined)
    const stop = new AbortController()
    const waiting = acquireLock(state, 'refresh', stop.signal, () => stop.abort())
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' })
    await lock.release()
  })

  it.runIf(process.platform === 'linux')('is freed by the kernel when its owner is killed', async () => {
    const state = place()
    const lock = await acquireLock(state, 'quickstart', never, () => undefined)
    await lock.release()
    // Another process takes the same socket name and dies without a word.
    const { socketPath } = await import('../../../src/transport/lock/state-lock.ts')
    const script = `require('net').createServer((s) => s.end('{}')).listen(${JSON.stringify(socketPath(state))}, () => console.log('held'))`
    const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(owner.stdout, 'data')
    const told: string[] = []
    const next = acquireLock(state, 'refresh', never, (line) => {
      told.push(line)
      owner.kill('SIGKILL')
    })
    await (await next).release()
    expect(told).toHaveLength(1)
  })
})
