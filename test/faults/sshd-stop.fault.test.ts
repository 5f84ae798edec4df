import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { digestOf } from '../../src/core/digest.ts'
import { connectHost, type ConnectedHost } from '../../src/transport/host.ts'
import { noise } from '../support/fast-path.ts'
import { startLink } from '../support/link.ts'
import { startSshd } from '../support/sshd.ts'
import { failure, never } from '../support/transport.ts'

/** What a host has in a test: it is connected over a link on which 3 MB take two seconds. */
interface Place {
  readonly host: ConnectedHost
  /** Has it get a file of that many bytes, over the connection for bulk. */
  readonly upload: (name: string, size: number, stop: AbortSignal) => ReturnType<ConnectedHost['perform']>
  /** Whether that is there. */
  readonly hasCome: (name: string) => Promise<boolean>
}

async function withPlace(settings: readonly string[], use: (place: Place) => Promise<void>): Promise<void> {
  const sshd = await startSshd({}, settings)
  const link = await startLink(sshd, { rate: 1_500_000 })
  const host = await connectHost(link.target, never)
  const at = (name: string) => join(sshd.folder, 'place', name)
  const source = (name: string) => join(sshd.folder, `source of ${name}`)
  await mkdir(at(''))
  try {
    await use({
      host,
      async upload(name, size, stop) {
        const content = noise(size, size)
        await writeFile(source(name), content)
        const from = {
          content: { from: 'file', path: source(name) },
          digest: digestOf(content),
          size,
        } as const
        const rights = { mode: undefined, owner: undefined, group: undefined }
        return host.perform([{ do: 'write', path: at(name), ...from, ...rights }], stop)
      },
      hasCome: async (name) => (await readFile(source(name))).equals(await readFile(at(name))),
    })
  } finally {
    await host.close()
    await link.stop()
    await sshd.stop()
  }
}

const run = (script: string): Action => ({
  ...{ do: 'run', argv: ['sh', '-c', script], cwd: '/', env: {}, timeout: 60_000 },
})

describe('what is stopped', () => {
  it('does not take with it what is sent meanwhile and was not', () =>
    withPlace([], async ({ host, upload, hasCome }) => {
      const stop = new AbortController()
      const uploading = upload('file', 3_000_000, never)
      const stopped = failure(host.perform([run('sleep 600')], stop.signal))
      await sleep(300)
      stop.abort()
      expect((await stopped).code).toBe('interrupted')
      expect(await uploading).toEqual([{ ok: true }])
      expect(await hasCome('file')).toBe(true)
    }))

  it('does not take with it what is sent after it', () =>
    withPlace([], async ({ upload, hasCome }) => {
      const stop = new AbortController()
      const stopped = failure(upload('first', 3_000_000, stop.signal))
      await sleep(150)
      stop.abort()
      expect((await stopped).code).toBe('interrupted')
      expect(await upload('second', 2_900_000, never)).toEqual([{ ok: true }])
      expect(await hasCome('second')).toBe(true)
    }))

  // There the lock takes the only session of the first connection, so that all else goes over the other one.
  it('does not take with it what goes over the same connection because sshd gives few sessions', () =>
    withPlace(['MaxSessions 1'], async ({ host, upload }) => {
      const scope = { playbook: `stop-${process.pid}`, environment: 'fault' }
      const holder = { command: 'refresh', user: 'me', machine: 'here', pid: 1, since: '2000-01-01' }
      const attempt = await host.lock({ scope, holder, signal: never })
      if (attempt.got !== 'lock') throw new Error('it got no lock')
      const stop = new AbortController()
      const going = host.perform([run('sleep 2; echo done')], never)
      await sleep(500)
      const stopped = failure(upload('file', 3_000_000, stop.signal))
      await sleep(200)
      stop.abort()
      expect(await going).toEqual([{ ok: true, output: 'done' }])
      expect((await stopped).code).toBe('interrupted')
      attempt.lock.release()
    }))

  it('is cut where it waits in a full queue', () =>
    withPlace([], async ({ host, upload }) => {
      const stop = new AbortController()
      const stopped = failure(upload('file', 12_000_000, stop.signal))
      await sleep(1_000)
      const at = performance.now()
      stop.abort()
      expect((await stopped).code).toBe('interrupted')
      expect(performance.now() - at).toBeLessThan(1_500)
      expect(await host.perform([run('echo on')], never)).toEqual([{ ok: true, output: 'on' }])
    }))
})
