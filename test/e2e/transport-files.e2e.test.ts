import { createHash, randomBytes } from 'node:crypto'
import { truncateSync } from 'node:fs'
import { open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../src/core/digest.ts'
import type { FileAction, Write } from '../../src/transport/files/batch.ts'
import type { ConnectedHost } from '../../src/transport/host.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { failure, freshFolder, never, withHost } from '../support/transport.ts'

let sshd: Sshd
beforeAll(async () => (sshd = await startSshd()))
afterAll(() => sshd.stop())

const rights = { mode: undefined, owner: undefined, group: undefined }
const write = (path: string, text: string): Write => ({
  do: 'write',
  path,
  content: { from: 'text', text },
  digest: digestOf(text),
  size: Buffer.byteLength(text),
  ...rights,
})
const upload = async (path: string, source: string): Promise<Write> => ({
  do: 'write',
  path,
  content: { from: 'file', path: source },
  digest: digestOf(await readFile(source)),
  size: (await stat(source)).size,
  ...rights,
})
const digestAt = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
const ok = { ok: true }

describe('files', () => {
  it('two thousand small ones, then all of them asked for', () =>
    withHost(sshd, async (host) => {
      const folder = await freshFolder(sshd, 'many')
      const actions = Array.from({ length: 2_000 }, (_, i) =>
        write(`${folder}/${i % 20}/${i}`, `${i}`.repeat(500)),
      )
      expect(await host.perform(actions, never)).toEqual(actions.map(() => ok))
      const answers = await host.probe(
        actions.map(({ path }) => ({ ask: 'stat', path })),
        never,
      )
      expect(answers).toMatchObject(
        actions.map(({ digest, size }) => ({ type: 'file', digest, size, mode: 0o644 })),
      )
      expect((await readdir(folder)).length).toBe(20)
      expect((await readdir(`${folder}/0`)).length).toBe(100)
    }))

  it.each([30_000_000, 0])('one that is cut to %i bytes while it is sent is left as it was', (short) =>
    withHost(sshd, async (host) => {
      const folder = await freshFolder(sshd, `short ${short}`)
      const source = join(sshd.folder, `source ${short}`)
      await writeFile(source, randomBytes(60_000_000))
      await writeFile(`${folder}/jar`, 'old')
      const actions = [await upload(`${folder}/jar`, source), write(`${folder}/small`, 'small')]
      const outcomes = await host.perform(actions, never, {
        sent: (bytes) => {
          if (bytes > 5_000_000) truncateSync(source, short)
        },
      })
      const message = `box › ${folder}/jar: ${source} has changed since the plan was made, so it was left as it was`
      expect(outcomes).toMatchObject([{ ok: false, error: { code: 'edited', message } }, ok])
      expect(await readFile(`${folder}/jar`, 'utf8')).toBe('old')
      expect((await readdir(folder)).sort()).toEqual(['jar', 'small'])
    }),
  )

  it('large ones beside small ones, with progress, and nothing is left on the way', () =>
    withHost(sshd, async (host) => {
      const folder = await freshFolder(sshd, 'large')
      const sources = await Promise.all(
        [50, 3].map(async (megabytes) => {
          const source = join(sshd.folder, `source ${megabytes}`)
          await writeFile(source, randomBytes(megabytes * 1_000_000))
          return source
        }),
      )
      const actions = [
        ...(await Promise.all(sources.map((source, i) => upload(`${folder}/new/big ${i}.jar`, source)))),
        write(`${folder}/small`, 'small'),
      ]
      const seen: number[] = []
      const total = actions.reduce((sum, { size }) => sum + size, 0)
      const outcomes = await host.perform(actions, never, {
        sent: (done, all) => {
          expect(all).toBe(total)
          seen.push(done)
        },
      })
      expect(outcomes).toEqual(actions.map(() => ok))
      expect(await Promise.all(actions.map(({ path }) => digestAt(path)))).toEqual(
        actions.map(({ digest }) => digest),
      )
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
      expect(seen.at(-1)).toBe(total)
      expect((await stat(`${folder}/new/big 0.jar`)).mode & 0o777).toBe(0o644)
      expect((await readdir(folder, { recursive: true })).sort()).toEqual([
        'new',
        'new/big 0.jar',
        'new/big 1.jar',
        'small',
      ])
      expect(await leftovers(host)).toBe('')
    }))

  it('a large one that changes while it is sent leaves the old one whole', () =>
    withHost(sshd, async (host) => {
      const folder = await freshFolder(sshd, 'changing')
      const source = join(sshd.folder, 'changing source')
      await writeFile(source, randomBytes(40_000_000))
      await writeFile(`${folder}/file`, 'old')
      const action = await upload(`${folder}/file`, source)
      let touched: Promise<void> | undefined
      const [outcome] = await host.perform([action], never, {
        sent: () => {
          touched ??= scribble(source)
        },
      })
      await touched
      expect(outcome).toMatchObject({ ok: false })
      expect(outcome?.ok === false && outcome.error.message).toContain('has changed since the plan was made')
      expect(await readFile(`${folder}/file`, 'utf8')).toBe('old')
      expect(await readdir(folder)).toEqual(['file'])
    }))

  it('a connection that is cut in the middle leaves the old files whole, and the next run clears up', () =>
    withHost(sshd, async (host) => {
      const folder = await freshFolder(sshd, 'cut')
      await writeFile(`${folder}/0`, 'old')
      const text = 'x'.repeat(900_000)
      const actions = Array.from({ length: 60 }, (_, i) => write(`${folder}/${i}`, `${i}${text}`))
      let cut: Promise<void> | undefined
      const run = failure(
        host.perform(actions, never, {
          sent: (done, total) => {
            if (done > total / 4) cut ??= sshd.cut()
          },
        }),
      )
      expect((await run).message).toMatch(/^box: the connection was lost/)
      await cut
      expect(await readFile(`${folder}/0`, 'utf8')).toBe('old')
      await withHost(sshd, async (again) => {
        expect(await again.perform([write(`${folder}/0`, 'new')], never)).toEqual([ok])
      })
      await expect.poll(() => readdir(folder)).toEqual(['0'])
      expect(await readFile(`${folder}/0`, 'utf8')).toBe('new')
    }))

  it('stopping in the middle leaves the old files whole and nothing beside them', () =>
    withHost(sshd, async (host) => {
      const folder = await freshFolder(sshd, 'stopped')
      await writeFile(`${folder}/0`, 'old')
      const stop = new AbortController()
      const text = 'x'.repeat(900_000)
      const actions: FileAction[] = Array.from({ length: 60 }, (_, i) =>
        write(`${folder}/${i}`, `${i}${text}`),
      )
      const run = failure(
        host.perform(actions, stop.signal, {
          sent: (done, total) => {
            if (done > total / 4) stop.abort()
          },
        }),
      )
      expect((await run).code).toBe('interrupted')
      // A host that is slow to end what it does has its connection cut, and clears up after that.
      await expect.poll(() => readdir(folder)).toEqual(['0'])
      expect(await readFile(`${folder}/0`, 'utf8')).toBe('old')
    }))
})

/** What is left in the folder for uploads. */
async function leftovers(host: ConnectedHost): Promise<string> {
  const script = 'cd /var/lib/provision/upload-"$1" 2>/dev/null || cd "$HOME/.provision-upload" && ls -A'
  const argv = ['sh', '-c', script, 'sh', sshd.target.user]
  return (await host.connection.exec(argv, { as: 'root', signal: never })).stdout.toString()
}

async function scribble(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(4_096), 0, 4_096, 39_000_000)
  await file.close()
  await truncate(path, 40_000_000)
}
