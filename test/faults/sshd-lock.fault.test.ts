import { afterAll, describe, expect, it } from 'vitest'
import { connectHost } from '../../src/transport/host.ts'
import { effort, tally } from '../support/faults.ts'
import { startSshd } from '../support/sshd.ts'
import { never } from '../support/transport.ts'

const { points } = effort()
const rows = [
  ['MaxSessions 1'],
  ['MaxSessions 2'],
  ['MaxSessions 3', 'AllowTcpForwarding no'],
  ['MaxSessions 1', 'DisableForwarding yes'],
  ['DisableForwarding yes'],
] as const

describe('a host whose lock is held, with', () => {
  let survived = 0
  afterAll(() => tally('settings of sshd survived with a lock', survived))
  it.each(rows.slice(0, points(1, rows.length)).map((settings) => [settings.join(', '), settings] as const))(
    '%s',
    async (_, settings) => {
      const sshd = await startSshd({}, settings)
      const host = await connectHost(sshd.target, never)
      try {
        const scope = { playbook: `fault-${process.pid}`, environment: settings.join() }
        const holder = {
          command: 'refresh',
          user: 'me',
          machine: 'here',
          pid: 1,
          since: new Date().toISOString(),
        }
        const attempt = await host.lock({ scope, holder, signal: never })
        expect(attempt.got).toBe('lock')
        const names = Array.from({ length: 10 }, (_, i) => `no-such-thing-${i}`)
        const asked = await host.probe(
          names.flatMap((name) => [
            { ask: 'container', name } as const,
            { ask: 'stat', path: `/${name}` } as const,
          ]),
          never,
        )
        expect(asked).toEqual(asked.map(() => undefined))
        const run = (argv: readonly string[]) =>
          ({ do: 'run', argv, cwd: '/', env: {}, timeout: 10_000 }) as const
        const outcomes = await Promise.all(names.map((name) => host.perform([run(['echo', name])], never)))
        expect(outcomes.flat()).toEqual(names.map((output) => ({ ok: true, output })))
        const stop = new AbortController()
        const waiting = host.perform([run(['sleep', '600'])], stop.signal)
        setTimeout(() => stop.abort(), 500)
        await expect(waiting).rejects.toMatchObject({ code: 'interrupted' })
        if (attempt.got === 'lock') attempt.lock.release()
        survived++
      } finally {
        await host.close()
        await sshd.stop()
      }
    },
    60_000,
  )
})
