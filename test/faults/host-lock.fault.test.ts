import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/transport/ssh/connection.ts'
import { lookAtHostLock } from '../../src/transport/lock/look.ts'
import { keyOf, takeHostLock, type Attempt, type HostLock } from '../../src/transport/lock/host-lock.ts'
import { thisRun } from '../../src/transport/lock/state-lock.ts'
import { matching } from '../support/matching.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { failure, never, takesLines, withConnection, withHost } from '../support/transport.ts'

/** How a program ends. */
const run = async (file: string, argv: readonly string[]): Promise<{ readonly code: number }> =>
  new Promise((resolve) => {
    execFile(file, argv, (error) => resolve({ code: error === null ? 0 : Number(error.code) }))
  })

const pulse = { every: 300, patience: 1_000 }
let nth = 0

/** How a connection sends the script of a lock: after its command line, or within it once the host has taken one so. */
const ways: readonly (readonly [string, (connection: Connection) => Promise<unknown>])[] = [
  ['sent after the command line', () => Promise.resolve()],
  ['within the command line', takesLines],
]

describe.each(ways)('the lock of a host, by a script %s', (_, prepare) => {
  let sshd: Sshd
  beforeAll(async () => (sshd = await startSshd()))
  afterAll(() => sshd.stop())

  const fresh = () => ({ playbook: `flock-${process.pid}`, environment: `${nth++}` })
  const attempt = (
    connection: Connection,
    over: Partial<Parameters<typeof takeHostLock>[1]>,
  ): Promise<Attempt> =>
    takeHostLock(connection, { scope: fresh(), holder: thisRun('refresh'), signal: never, pulse, ...over })
  const take = async (...args: Parameters<typeof attempt>): Promise<HostLock> => {
    const tried = await attempt(...args)
    if (tried.got === 'lock') return tried.lock
    throw new Error(JSON.stringify(tried))
  }
  const two = (use: (one: Connection, other: Connection) => Promise<void>): Promise<void> =>
    withConnection(sshd.target, (one) =>
      withConnection(sshd.target, async (other) => {
        await Promise.all([one, other].map(prepare))
        await use(one, other)
      }),
    )
  const lossOf = (lock: HostLock): Promise<unknown> =>
    new Promise((resolve) =>
      lock.lost.addEventListener('abort', () => resolve(lock.lost.reason), { once: true }),
    )

  it('is one run’s at a time, and tells whose', async () =>
    two(async (one, other) => {
      const scope = fresh()
      const lock = await take(one, { scope })
      const who = matching(new RegExp(`provision refresh.*@.*pid ${process.pid}.*since`))
      expect(await attempt(other, { scope })).toEqual({ got: 'busy', who })
      const told: string[] = []
      const waiting = take(other, { scope, onWait: (text) => told.push(text) })
      await expect.poll(() => told).toEqual([who])
      lock.release()
      const next = await waiting
      expect(lock.lost.aborted).toBe(false)
      next.release()
    }))

  it('knows whether somebody else had it meanwhile', async () =>
    two(async (one, other) => {
      const scope = fresh()
      const early = performance.now()
      const first = await take(one, { scope })
      expect(first.isAloneSince(early)).toBe(true)
      await sleep(50)
      first.release()
      await sleep(300)
      const between = performance.now()
      const second = await take(other, { scope })
      expect(second.isAloneSince(early)).toBe(false)
      expect(second.isAloneSince(between)).toBe(true)
      second.release()
    }))

  it('tells who looks at it whose it is, and is free for all meanwhile', async () =>
    two(async (one, other) => {
      const scope = fresh()
      const look = () => lookAtHostLock(other, { scope, signal: never })
      expect(await look()).toBe(undefined)
      expect(existsSync(`/run/provision-lock/${keyOf(scope, 'box')}.lock`)).toBe(false)
      const lock = await take(one, { scope })
      expect(await Promise.all([look(), look()])).toEqual(
        Array(2).fill(matching(new RegExp(`provision refresh.*@.*pid ${process.pid}.*since`))),
      )
      lock.release()
      expect(await look()).toBe(undefined)
      for (let i = 0; i < 5; i++) {
        const [tried] = await Promise.all([take(one, { scope }), look(), look()])
        tried.release()
      }
    }))

  it('is not that of another playbook or environment', async () =>
    two(async (one, other) => {
      const locks = [await take(one, {}), await take(other, {})]
      for (const lock of locks) lock.release()
    }))

  it('is freed when its owner’s connection ends, with all that came over it', async () => {
    const scope = fresh()
    await two(async (one, other) => {
      await take(one, { scope })
      const running = failure(one.exec(['sleep', '998'], { as: 'root', signal: never }))
      one.client.destroy()
      expect((await running).code).toBe('host')
      const lock = await take(other, { scope, onWait: () => undefined })
      const { stdout } = await other.exec(['ps', '-eo', 'args'], { as: 'root', signal: never })
      expect(stdout.toString()).not.toContain('sleep 998')
      // Nobody knows for sure what happened before that was noticed.
      expect(lock.isAloneSince(performance.now() - 10_000)).toBe(false)
      lock.release()
    })
  })

  it('is taken from an owner that says nothing, and each of its connections is cut first', async () =>
    two(async (one, other) => {
      const scope = fresh()
      const silent = { every: 60_000, patience: 1_000 }
      await withConnection(sshd.target, async (bulk) => {
        const lock = await take(one, { scope, pulse: silent })
        await lock.admit(bulk)
        const running = failure(bulk.exec(['sleep', '997'], { as: 'root', signal: never }))
        const lost = lossOf(lock)
        const next = await take(other, { scope, onWait: () => undefined })
        expect(await lost).toMatchObject({ code: 'locked', message: matching(/^box: the lock was lost/) })
        expect((await running).code).toBe('host')
        expect([one.lost.aborted, bulk.lost.aborted]).toEqual([true, true])
        await withConnection(sshd.target, async (late) => {
          expect((await failure(lock.admit(late))).code).toBe('locked')
        })
        next.release()
      })
    }))

  it('is free as soon as the connection is closed that gave it back', async () => {
    const scope = fresh()
    for (let round = 0; round < 10; round++) {
      await withHost(sshd, async (host) => {
        await prepare(host.connection)
        const attempt = await host.lock({ scope, holder: thisRun('refresh'), signal: never })
        if (attempt.got !== 'lock') throw new Error(JSON.stringify(attempt))
        attempt.lock.release()
      })
      const { code } = await run('flock', ['-n', `/run/provision-lock/${keyOf(scope, 'box')}.lock`, 'true'])
      expect(code).toBe(0)
    }
  })

  it('can be given up while waiting for it', async () =>
    two(async (one, other) => {
      const scope = fresh()
      const lock = await take(one, { scope })
      const stop = new AbortController()
      const error = await failure(attempt(other, { scope, signal: stop.signal, onWait: () => stop.abort() }))
      expect(error.code).toBe('interrupted')
      lock.release()
      ;(await take(other, { scope })).release()
    }))
})

it('a host without flock keeps none, and says so', async () => {
  const bin = mkdtempSync(join(tmpdir(), 'provision-bin-'))
  for (const name of ['sh', 'id', 'tr', 'grep', 'timeout', 'mkdir', 'stat', 'date', 'true']) {
    symlinkSync(`/usr/bin/${name}`, join(bin, name))
  }
  const sshd = await startSshd({ PATH: bin })
  try {
    await withConnection(sshd.target, async (connection) => {
      const scope = { playbook: 'none', environment: 'none' }
      const tried = await takeHostLock(connection, { scope, holder: thisRun('refresh'), signal: never })
      expect(tried).toEqual({ got: 'none' })
      expect(await lookAtHostLock(connection, { scope, signal: never })).toBe(undefined)
    })
  } finally {
    await sshd.stop()
    rmSync(bin, { recursive: true })
  }
})
