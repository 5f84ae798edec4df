import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { digestOf } from '../../src/core/digest.ts'
import { manifestPath } from '../../src/core/mirror/manifest.ts'
import { connectHost, type ConnectedHost } from '../../src/transport/host.ts'
import { startSshdFor } from '../support/account.ts'
import type { Sshd } from '../support/sshd.ts'
import { never } from '../support/transport.ts'

let sshd: Sshd
/** The same login, without rights of root and with them. */
let host: ConnectedHost
let asRoot: ConnectedHost
beforeAll(async () => {
  // What root keeps there is not that of this machine.
  sshd = await startSshdFor({ become: false, prepare: 'mount -t tmpfs none /var/lib' })
  host = await connectHost(sshd.target, never)
  asRoot = await connectHost({ ...sshd.target, become: true }, never)
})
afterAll(async () => {
  await Promise.all([host.close(), asRoot.close()])
  await sshd.stop()
})

const listOf = (tree: string): string => manifestPath({ playbook: 'p', environment: 'e' }, `box/tree/${tree}`)
const atHome = (path: string): string =>
  join(sshd.folder, 'home/.provision-trees', path.slice(path.lastIndexOf('/')))
const text = '{"files":[],"folders":[]}\n'
const write = (path: string): Action => ({
  do: 'write',
  path,
  content: { from: 'text', text },
  digest: digestOf(text),
  size: text.length,
  mode: 0o600,
  owner: undefined,
  group: undefined,
})
const read = async (by: ConnectedHost, path: string) => (await by.probe([{ ask: 'read', path }], never))[0]

it('keeps the list of what a tree has put there in its home, and finds it again, with rights of root as well', async () => {
  const path = listOf('/srv/www')
  expect(await read(host, path)).toBeUndefined()
  expect(await read(asRoot, path)).toBeUndefined()
  expect(await host.perform([write(path)], never)).toEqual([{ ok: true }])
  expect(await read(host, path)).toEqual(text)
  expect(await read(asRoot, path)).toEqual(text)
  expect((await stat(atHome(path))).mode & 0o777).toBe(0o600)
})

it('with rights of root takes no list in its home that somebody else has written', async () => {
  const path = listOf('/srv/strange')
  await mkdir(dirname(atHome(path)), { recursive: true })
  await writeFile(atHome(path), text)
  expect(await read(asRoot, path)).toBeUndefined()
})

it('finds that root keeps such a list, which it cannot read', async () => {
  const path = listOf('/srv/of-root')
  expect(await asRoot.perform([write(path)], never)).toEqual([{ ok: true }])
  expect(await read(asRoot, path)).toEqual(text)
  expect(await read(host, path)).toEqual({ keptBy: 'root' })
})
