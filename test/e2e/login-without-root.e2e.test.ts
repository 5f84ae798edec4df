import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { digestOf } from '../../src/core/digest.ts'
import { manifestPath } from '../../src/core/mirror/manifest.ts'
import { connectHost, type ConnectedHost } from '../../src/transport/host.ts'
import { startSshdFor } from '../support/account.ts'
import type { Sshd } from '../support/sshd.ts'
import { never } from '../support/transport.ts'

let sshd: Sshd
let host: ConnectedHost
beforeAll(async () => {
  sshd = await startSshdFor({ become: false })
  host = await connectHost(sshd.target, never)
})
afterAll(async () => {
  await host.close()
  await sshd.stop()
})

it('keeps the list of what a tree has put there in its home, and finds it again', async () => {
  const path = manifestPath({ playbook: 'p', environment: 'e' }, 'box/tree//srv/www')
  const text = '{"files":[],"folders":[]}\n'
  const read = () => host.probe([{ ask: 'read', path }], never)
  expect(await read()).toEqual([undefined])
  const write: Action = {
    do: 'write',
    path,
    content: { from: 'text', text },
    digest: digestOf(text),
    size: text.length,
    mode: 0o600,
    owner: undefined,
    group: undefined,
  }
  expect(await host.perform([write], never)).toEqual([{ ok: true }])
  expect(await read()).toEqual([text])
  const home = join(sshd.folder, 'home/.provision-trees', path.slice(path.lastIndexOf('/')))
  expect((await stat(home)).mode & 0o777).toBe(0o600)
})
