import { randomBytes } from 'node:crypto'
import { chmod, chown, link, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Permissions } from '../../src/core/action.ts'
import { digestOf } from '../../src/core/digest.ts'
import type { Connection } from '../../src/transport/ssh/connection.ts'
import type { Write } from '../../src/transport/files/batch.ts'
import { performFiles } from '../../src/transport/files/index.ts'
import { connectHost } from '../../src/transport/host.ts'
import { countingProxy, type CountingProxy } from '../support/counting-proxy.ts'
import { ownUploads } from '../support/fast-path.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { bulkOver, failure, freshFolder, never, withConnection } from '../support/transport.ts'

let sshd: Sshd
let proxy: CountingProxy
beforeAll(async () => {
  sshd = await startSshd({}, [], { prepare: ownUploads })
  proxy = await countingProxy(sshd)
})
afterAll(async () => {
  await proxy.stop()
  await sshd.stop()
})

const unsaid: Permissions = { mode: undefined, owner: undefined, group: undefined }
const ok = { ok: true }
const old = randomBytes(20_000_000)
/** A part has grown, all behind it has moved, and the end is another. */
const fresh = Buffer.concat([
  old.subarray(0, 4_000_000),
  randomBytes(5_000),
  old.subarray(4_001_000, 19_990_000),
  randomBytes(12_345),
])

async function written(path: string, content: Buffer, rights = unsaid): Promise<Write> {
  const source = join(sshd.folder, `source ${digestOf(content)}`)
  await writeFile(source, content)
  return {
    do: 'write',
    path,
    content: { from: 'file', path: source },
    digest: digestOf(content),
    size: content.length,
    ...rights,
  }
}

/** Sends files and tells what went over the wire for all of it, the login included. */
async function send(...actions: readonly Write[]): Promise<number> {
  const before = proxy.bytes()
  const host = await connectHost(proxy.target, never)
  try {
    expect(await host.perform(actions, never)).toEqual(actions.map(() => ok))
  } finally {
    await host.close()
  }
  return proxy.bytes() - before
}

const stateOf = async (path: string) => {
  const { mode, uid, gid, size, nlink } = await stat(path)
  return { mode, uid, gid, size, nlink, digest: digestOf(await readFile(path)) }
}

/** Has something happen at the first script that gets something to read, which makes the file. */
const interfered = (
  connection: Connection,
  interfere: (stdin: Readable) => Promise<Readable>,
): Connection => {
  let happened = false
  return {
    ...connection,
    async script(text, options) {
      if (happened || !(options.stdin instanceof Readable)) return connection.script(text, options)
      happened = true
      return connection.script(text, { ...options, stdin: await interfere(options.stdin) })
    },
  }
}

const performVia = (connection: Connection, action: Write, signal = never) =>
  performFiles({ connection, openBulk: bulkOver(connection), user: sshd.target.user }, [action], signal)

/** Files that wait to be put in place; the folder of a run that was cut goes with the next one. */
async function leftovers(): Promise<string> {
  const script =
    'cd /var/lib/provision/upload-"$1" 2>/dev/null || cd "$HOME/.provision-upload" && find . -type f'
  return withConnection(sshd.target, async (connection) => {
    const argv = ['sh', '-c', script, 'sh', sshd.target.user]
    return (await connection.exec(argv, { as: 'root', signal: never })).stdout.toString()
  })
}

describe('a large file of which the host has a former version', () => {
  it('goes over the wire as what has changed, and ends as the whole file does', async () => {
    const folder = await freshFolder(sshd, 'same end')
    const path = (name: string) => `${folder}/it's ${name}`
    const all = [unsaid, { ...unsaid, mode: 0o4750 }]
    const rows = await Promise.all(
      all.map(async (rights, i) => {
        const [changed, whole] = [path(`changed ${i}`), path(`whole ${i}`)]
        await writeFile(changed, old)
        // Nothing of it can be used.
        await writeFile(whole, 'x')
        for (const one of [changed, whole]) {
          await chmod(one, 0o711)
          if (process.getuid?.() === 0) await chown(one, 12_345, 54_321)
        }
        return { changed, whole, rights }
      }),
    )
    const few = await send(
      ...(await Promise.all(rows.map(({ changed, rights }) => written(changed, fresh, rights)))),
    )
    const many = await send(
      ...(await Promise.all(rows.map(({ whole, rights }) => written(whole, fresh, rights)))),
    )
    for (const { changed, whole } of rows) {
      expect(await stateOf(changed)).toEqual(await stateOf(whole))
      expect((await readFile(changed)).equals(fresh)).toBe(true)
    }
    expect(many).toBeGreaterThan(2 * fresh.length)
    // Each 17 kB of new bytes, 2 times 1 kB around them, a signature of 600 times 7 bytes and one of parts.
    expect(few).toBeLessThan(2 * 30_000 + 20_000)
    expect((await readdir(folder)).length).toBe(4)
    expect(await leftovers()).toBe('')
  })

  it('is another file afterwards: what else has the old one by a link keeps it', async () => {
    const folder = await freshFolder(sshd, 'linked')
    await writeFile(`${folder}/0`, old)
    await link(`${folder}/0`, `${folder}/hard`)
    await symlink('0', `${folder}/soft`)
    const few = await send(await written(`${folder}/0`, fresh))
    expect(few).toBeLessThan(100_000)
    expect((await readFile(`${folder}/hard`)).equals(old)).toBe(true)
    const many = await send(await written(`${folder}/soft`, fresh))
    expect(many).toBeGreaterThan(fresh.length)
    expect((await readFile(`${folder}/soft`)).equals(fresh)).toBe(true)
  })

  it('is sent whole where little of it is left', async () => {
    const folder = await freshFolder(sshd, 'little')
    await writeFile(`${folder}/file`, old)
    const other = Buffer.concat([randomBytes(15_000_000), old.subarray(0, 5_000_000)])
    expect(await send(await written(`${folder}/file`, other))).toBeGreaterThan(other.length)
    expect((await readFile(`${folder}/file`)).equals(other)).toBe(true)
  })

  it('is sent whole when the old one changes in the meantime', () =>
    withConnection(sshd.target, async (connection) => {
      const folder = await freshFolder(sshd, 'meantime')
      await writeFile(`${folder}/file`, old)
      let interferences = 0
      const via = interfered(connection, async (stdin) => {
        interferences++
        await writeFile(`${folder}/file`, randomBytes(20_000_000))
        return stdin
      })
      expect(await performVia(via, await written(`${folder}/file`, fresh))).toEqual([ok])
      expect(interferences).toBe(1)
      expect((await readFile(`${folder}/file`)).equals(fresh)).toBe(true)
      expect(await leftovers()).toBe('')
    }))

  it('is sent whole when other bytes arrive than were sent', () =>
    withConnection(sshd.target, async (connection) => {
      const folder = await freshFolder(sshd, 'damaged')
      await writeFile(`${folder}/file`, old)
      let interferences = 0
      const via = interfered(connection, async (stdin) => {
        interferences++
        const bytes = Buffer.concat(await stdin.toArray())
        bytes[9_000] = (bytes[9_000] ?? 0) ^ 1
        return Readable.from([bytes], { objectMode: false })
      })
      expect(await performVia(via, await written(`${folder}/file`, fresh))).toEqual([ok])
      expect(interferences).toBe(1)
      expect((await readFile(`${folder}/file`)).equals(fresh)).toBe(true)
    }))

  it('stays whole when the connection is cut in the middle, and nothing is left', () =>
    withConnection(sshd.target, async (connection) => {
      const folder = await freshFolder(sshd, 'cut')
      await writeFile(`${folder}/file`, old)
      const via = interfered(connection, async (stdin) => {
        const bytes = Buffer.concat(await stdin.toArray())
        const inParts = async function* () {
          yield bytes.subarray(0, 5_000)
          await sshd.cut()
          yield bytes.subarray(5_000)
        }
        return Readable.from(inParts(), { objectMode: false })
      })
      const error = await failure(performVia(via, await written(`${folder}/file`, fresh)))
      expect(error.message).toMatch(/^box: the connection was lost/)
      expect((await readFile(`${folder}/file`)).equals(old)).toBe(true)
      expect(await readdir(folder)).toEqual(['file'])
      await expect.poll(leftovers, { timeout: 10_000 }).toBe('')
    }))

  it('stays whole when the run is stopped in the middle, and nothing is left', () =>
    withConnection(sshd.target, async (connection) => {
      const folder = await freshFolder(sshd, 'stopped')
      await writeFile(`${folder}/file`, old)
      const stop = new AbortController()
      const via = interfered(connection, async (stdin) => {
        const bytes = Buffer.concat(await stdin.toArray())
        const inParts = async function* () {
          yield bytes.subarray(0, 5_000)
          stop.abort()
          yield await Promise.resolve(bytes.subarray(5_000))
        }
        return Readable.from(inParts(), { objectMode: false })
      })
      const action = await written(`${folder}/file`, fresh)
      expect((await failure(performVia(via, action, stop.signal))).code).toBe('interrupted')
      expect((await readFile(`${folder}/file`)).equals(old)).toBe(true)
      expect(await readdir(folder)).toEqual(['file'])
      await expect.poll(leftovers, { timeout: 10_000 }).toBe('')
    }))

  it('stays whole when the source changes after the plan was made', () =>
    withConnection(sshd.target, async (connection) => {
      const folder = await freshFolder(sshd, 'source')
      await writeFile(`${folder}/file`, old)
      const action = await written(`${folder}/file`, Buffer.concat([fresh, randomBytes(10)]))
      if (action.content.from === 'file') await writeFile(action.content.path, fresh)
      const [outcome] = await performVia(connection, action)
      expect(outcome?.ok === false && outcome.error.message).toContain('has changed since the plan was made')
      expect((await readFile(`${folder}/file`)).equals(old)).toBe(true)
      expect(await leftovers()).toBe('')
    }))
})
