import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/transport/ssh/connection.ts'
import { lookAtHostLock } from '../../src/transport/lock/look.ts'
import { keyOf, takeHostLock, type Attempt, type HostLock } from '../../src/transport/lock/host-lock.ts'
import { thisRun } from '../../src/transport/lock/state-lock.ts'
import { accountName } from '../support/account.ts'
import { effort, sampleOf, tally } from '../support/faults.ts'
import { shareHost, strangerId, type Shared } from '../support/lock-accounts.ts'
import { matching } from '../support/matching.ts'
import { ask } from '../support/project.ts'
import { shells } from '../support/shells.ts'
import { never, takesLines, withConnection } from '../support/transport.ts'

let nth = 0
const fresh = () => ({ playbook: `accounts-${process.pid}`, environment: `${nth++}` })
type Scope = ReturnType<typeof fresh>

const attempt = (connection: Connection, scope: Scope, onWait?: (who: string) => void): Promise<Attempt> =>
  takeHostLock(connection, { scope, holder: thisRun('refresh'), signal: never, onWait })
const take = async (...args: Parameters<typeof attempt>): Promise<HostLock> => {
  const tried = await attempt(...args)
  if (tried.got === 'lock') return tried.lock
  throw new Error(JSON.stringify(tried))
}
/** Processes that have the file of a lock open. */
const keepersOf = async (scope: Scope): Promise<readonly string[]> => {
  const script = `for f in /proc/[0-9]*/fd/9; do case $(readlink "$f") in */"$1".lock) f=\${f#/proc/}; echo "\${f%%/*}";; esac; done`
  return (await ask('sh', '-c', script, 'sh', keyOf(scope, 'box'))).trim().split('\n')
}
const look = (connection: Connection, scope: Scope) => lookAtHostLock(connection, { scope, signal: never })
const who = matching(new RegExp(`provision refresh.*@.*pid ${process.pid}.*since`))
const asRoot = async (root: Connection, ...argv: readonly string[]) => {
  const { code, stdout } = await root.exec(argv, { as: 'root', signal: never })
  return { code, text: stdout.toString().trim() }
}

describe.each(sampleOf(effort(), shells, 1).map((shell) => [shell.title, shell] as const))(
  'locks of two accounts on one host, with %s',
  (_, shell) => {
    let host: Shared
    let count = 0
    beforeAll(async () => (host = await shareHost(shell)))
    afterAll(() => host.stop())
    afterAll(() => tally('times that two accounts kept each other out', count))

    const both = (use: (root: Connection, user: Connection) => Promise<void>): Promise<void> =>
      withConnection(host.root, (root) => withConnection(host.user, (user) => use(root, user)))
    /** First root's run comes first, then the other's. */
    const eitherWay = (use: (one: Connection, other: Connection) => Promise<void>): Promise<void> =>
      both(async (root, user) => {
        await use(root, user)
        await Promise.all([root, user].map(takesLines))
        await use(user, root)
        count += 2
      })

    it('keep each other out, and tell whom', () =>
      eitherWay(async (one, other) => {
        const scope = fresh()
        expect(await look(other, scope)).toBe(undefined)
        const lock = await take(one, scope)
        expect(await attempt(other, scope)).toEqual({ got: 'busy', who })
        expect([await look(one, scope), await look(other, scope)]).toEqual([who, who])
        expect(lock.lost.aborted).toBe(false)
        lock.release()
        ;(await take(other, scope)).release()
      }))

    it('are waited for, and what was known before counts no more', () =>
      eitherWay(async (one, other) => {
        const scope = fresh()
        const early = performance.now()
        const lock = await take(one, scope)
        expect(lock.isAloneSince(early)).toBe(true)
        const told: string[] = []
        const waiting = take(other, scope, (text) => told.push(text))
        await expect.poll(() => told, { timeout: 5_000 }).toEqual([who])
        lock.release()
        const next = await waiting
        expect(next.isAloneSince(early)).toBe(false)
        next.release()
        await sleep(100)
        const between = performance.now()
        await sleep(50)
        const last = await take(one, scope)
        expect([last.isAloneSince(early), last.isAloneSince(between)]).toEqual([false, true])
        last.release()
      }))

    it('are free at once when what keeps one is killed', () =>
      eitherWay(async (one, other) => {
        const scope = fresh()
        const lock = await take(one, scope)
        const early = performance.now()
        // What it starts is for a moment a second one like it.
        await expect.poll(() => keepersOf(scope), { timeout: 5_000 }).toHaveLength(1)
        const keepers = await keepersOf(scope)
        const waiting = take(other, scope, () => undefined)
        await sleep(500)
        process.kill(Number(keepers[0]), 'SIGKILL')
        const next = await waiting
        await expect.poll(() => lock.lost.aborted).toBe(true)
        expect(next.isAloneSince(early)).toBe(false)
        next.release()
      }))

    it('are free when the connection of one ends', () =>
      both(async (root, user) => {
        const others = [
          [host.root, user],
          [host.user, root],
        ] as const
        for (const [target, other] of others) {
          const scope = fresh()
          const lock = await withConnection(target, async (third) => {
            const lock = await take(third, scope)
            third.client.destroy()
            return lock
          })
          ;(await take(other, scope, () => undefined)).release()
          expect(lock.lost.aborted).toBe(true)
        }
      }))

    it('go to exactly one of two that try at once, and to both in turn when they wait', () =>
      both(async (root, user) => {
        for (let i = 0; i < 6; i++) {
          const scope = fresh()
          const tried = await Promise.all([
            attempt(root, scope),
            sleep(i * 4).then(() => attempt(user, scope)),
          ])
          const got = tried.flatMap((one) => (one.got === 'lock' ? [one.lock] : []))
          expect(got).toHaveLength(1)
          for (const lock of got) lock.release()
        }
        const scope = fresh()
        let inside = 0
        const turn = async (connection: Connection) => {
          for (let i = 0; i < 3; i++) {
            const lock = await take(connection, scope, () => undefined)
            expect(++inside).toBe(1)
            await sleep(300)
            inside--
            lock.release()
          }
        }
        await Promise.all([turn(root), turn(user)])
      }))

    it('are open to nobody else, who cannot be in the way either', () =>
      both(async (root, user) => {
        const scope = fresh()
        const key = keyOf(scope, 'box')
        for (const one of [root, user]) (await take(one, scope)).release()
        await sleep(200)
        const modes = async (...paths: readonly string[]) =>
          (await asRoot(root, 'stat', '-c', '%a %U %G', ...paths)).text.split('\n')
        expect(await modes('/run/provision-lock', `/run/provision-lock/${key}.lock`)).toEqual([
          `2710 root ${host.group}`,
          `640 root ${host.group}`,
        ])
        const own = `${accountName} ${accountName}`
        const theirs = `${host.home}/.provision-lock`
        expect(await modes(theirs, `${theirs}/${key}.lock`)).toEqual([`700 ${own}`, `600 ${own}`])
        const stranger = (script: string, ...args: readonly string[]) =>
          asRoot(
            root,
            '/usr/bin/setpriv',
            `--reuid=${strangerId}`,
            `--regid=${strangerId}`,
            '--clear-groups',
            '/bin/sh',
            '-c',
            script,
            'sh',
            ...args,
          )
        for (const lock of [`/run/provision-lock/${key}.lock`, `${theirs}/${key}.lock`]) {
          expect((await stranger('cat "$1"', lock)).code).not.toBe(0)
          expect((await stranger('exec 9<"$1"', lock)).code).not.toBe(0)
          expect((await stranger(': > "$1"', `${lock}.new`)).code).not.toBe(0)
        }
        // What lies in an account's home counts only when it is the account's.
        const foreign = `${theirs}/${keyOf({ ...scope, playbook: 'foreign' }, 'box')}.lock`
        await asRoot(
          root,
          '/bin/sh',
          '-c',
          `: > ${foreign}; chown ${strangerId} ${foreign}; chmod 644 ${foreign}`,
        )
        const keeping = root.exec(['flock', foreign, 'sleep', '2'], { as: 'root', signal: never })
        await sleep(200)
        const lock = await take(root, { ...scope, playbook: 'foreign' })
        lock.release()
        await keeping
      }))
  },
)

it('where Docker is root’s alone, so is its lock', async () => {
  const [shell] = shells
  if (!shell) throw new Error('no shell')
  const host = await shareHost(shell, 0)
  try {
    await withConnection(host.root, async (root) => {
      const scope = fresh()
      ;(await take(root, scope)).release()
      const paths = ['/run/provision-lock', `/run/provision-lock/${keyOf(scope, 'box')}.lock`]
      expect((await asRoot(root, 'stat', '-c', '%a %u %g', ...paths)).text).toBe('700 0 0\n600 0 0')
      // One that had a group before is closed.
      await asRoot(root, 'sh', '-c', `chgrp 40124 ${paths.join(' ')}; chmod 2710 ${paths[0] ?? ''}`)
      ;(await take(root, scope)).release()
      expect((await asRoot(root, 'stat', '-c', '%a', ...paths.slice(0, 1))).text).toBe('700')
    })
  } finally {
    await host.stop()
  }
})
