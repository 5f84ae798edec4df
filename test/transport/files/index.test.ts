import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { ProvisionError } from '../../../src/core/error.ts'
import type { Connection } from '../../../src/transport/ssh/connection.ts'
import type { FileAction } from '../../../src/transport/files/batch.ts'
import { performFiles } from '../../../src/transport/files/index.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { bulkOver, never } from '../../support/transport.ts'

let root = ''
let elsewhere = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'provision-files-'))
  elsewhere = await mkdtemp('/dev/shm/provision-files-')
})
afterAll(() => Promise.all([root, elsewhere].map((one) => rm(one, { recursive: true }))))

const [shell] = shells
if (!shell) throw new Error('this machine has no shell')
const real = shellConnection(shell)

const write = (path: string, text: string): FileAction => ({
  ...{ do: 'write', path, content: { from: 'text', text }, digest: digestOf(text), size: text.length },
  ...{ mode: undefined, owner: undefined, group: undefined },
})
/** More than two batches. */
const many = (folder: (i: number) => string): FileAction[] =>
  Array.from({ length: 11_000 }, (_, i) => write(`${folder(i)}/${i}`, `new ${i}`))

const perform = (connection: Connection, actions: readonly FileAction[]) =>
  performFiles({ connection, openBulk: bulkOver(connection), user: 'core' }, actions, never)

/** A host that takes what comes for one folder and says that all is done; `after` is waited for once all of a batch has come. */
function taker(after: (batch: number) => Promise<unknown>) {
  const story: string[] = []
  let batches = 0
  const openly: Connection['openly'] = async (_, { stdin }) => {
    const batch = ++batches
    let size = 0
    for await (const chunk of stdin instanceof Readable ? stdin : []) {
      if (size === 0) story.push(`${batch} comes`)
      if (Buffer.isBuffer(chunk)) size += chunk.length
    }
    story.push(`${batch} is whole`)
    await after(batch)
    story.push(`${batch} is done`)
    return { code: 0, stdout: Buffer.from(['placed d0', '11000', 'done', '', ''].join('\0')), stderr: '' }
  }
  return { story, connection: { ...real, openly } }
}

describe('more files than one commit takes', () => {
  it('come while others are put in place, but are themselves put in place after them', async () => {
    const { story, connection } = taker(() => sleep(100))
    const outcomes = await perform(
      connection,
      many(() => '/a'),
    )
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    const order = (...moments: string[]) => {
      expect(moments.map((one) => story.indexOf(one))).not.toContain(-1)
      expect(story.filter((one) => moments.includes(one))).toEqual(moments)
    }
    order('1 is whole', '1 is done', '2 is whole', '2 is done', '3 is whole', '3 is done')
    order('2 comes', '1 is done', '3 comes', '2 is done')
  })

  it('are not put in place where what is before them cannot be done', async () => {
    const { story, connection } = taker(async (batch) => {
      await sleep(100)
      if (batch === 1) throw new ProvisionError('host', 'box: connection lost')
    })
    const actions = many(() => '/a')
    await expect(perform(connection, actions)).rejects.toThrow('box: connection lost')
    expect(story.toSorted()).toEqual(['1 comes', '1 is whole', '2 comes'])
  })

  it('are all there in the end, in folders old and new, of two file systems, and keep the modes that they had', async () => {
    const old = join(root, 'old')
    await mkdir(old)
    for (const name of ['3', '5500', '10001']) {
      await writeFile(join(old, name), 'before')
      await chmod(join(old, name), 0o600)
    }
    const folders = [old, join(root, 'new/a'), join(root, 'new/a/c'), elsewhere, join(elsewhere, 'new')]
    const actions = many((i) => folders[Math.floor(i / 100) % folders.length] ?? old)
    expect(await perform(real, actions)).toEqual(actions.map(() => ({ ok: true })))
    for (const { path } of actions)
      expect(await readFile(path, 'utf8')).toBe(`new ${path.slice(path.lastIndexOf('/') + 1)}`)
    const modes = ['3', '5500', '10001', '5'].map(async (name) => (await stat(join(old, name))).mode & 0o777)
    expect(await Promise.all(modes)).toEqual([0o600, 0o600, 0o600, 0o644])
    for (const one of [root, elsewhere])
      expect((await readdir(one, { recursive: true })).filter((name) => name.includes('provision'))).toEqual(
        [],
      )
  })
})
