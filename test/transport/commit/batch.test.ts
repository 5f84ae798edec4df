import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Permissions } from '../../../src/core/action.ts'
import { digestOf } from '../../../src/core/digest.ts'
import { quote } from '../../../src/core/quote.ts'
import type { Connection } from '../../../src/transport/ssh/connection.ts'
import type { FileAction, Write } from '../../../src/transport/files/batch.ts'
import { performFiles } from '../../../src/transport/files/index.ts'
import { hostileName } from '../../support/hostile.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { bulkOver, never } from '../../support/transport.ts'
import { ownCommand } from '../../../src/core/text/own-command.ts'

const rights: Permissions = { mode: undefined, owner: undefined, group: undefined }
const write = (path: string, text: string, more: Partial<Permissions> = {}): Write => ({
  do: 'write',
  path,
  content: { from: 'text', text },
  digest: digestOf(text),
  size: Buffer.byteLength(text),
  ...rights,
  ...more,
})

let root = ''
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'provision-commit-'))))
afterAll(() => rm(root, { recursive: true }))

const perform = (connection: Connection, actions: readonly FileAction[]) =>
  performFiles({ connection, openBulk: bulkOver(connection), user: userInfo().username }, actions, never)

const ok = { ok: true } as const
const modeOf = async (path: string) => (await stat(path)).mode & 0o7777

describe.each(shells)('under $title', (shell) => {
  const connection = shellConnection(shell)
  let count = 0
  const place = async () => {
    const folder = join(root, `${shell.title} ${count++}`)
    await mkdir(folder)
    return folder
  }

  it('writes files into folders that are there and that are not, and leaves nothing beside them', async () => {
    const at = await place()
    const actions = [
      write(`${at}/a`, 'one'),
      write(`${at}/new/er/b`, 'two', { mode: 0o600 }),
      write(`${at}/empty`, ''),
    ]
    expect(await perform(connection, actions)).toEqual([ok, ok, ok])
    expect((await readdir(at, { recursive: true })).sort()).toEqual([
      'a',
      'empty',
      'new',
      'new/er',
      'new/er/b',
    ])
    expect(await readFile(`${at}/new/er/b`, 'utf8')).toBe('two')
    expect([await modeOf(`${at}/a`), await modeOf(`${at}/new/er/b`)]).toEqual([0o644, 0o600])
  })

  it.each([0, 0o200, 0o4000])('sets a mode that lets nobody read: %i', async (mode) => {
    const at = await place()
    expect(await perform(connection, [write(`${at}/a`, 'one', { mode })])).toEqual([ok])
    expect(await modeOf(`${at}/a`)).toBe(mode)
  })

  it('keeps the mode of a file where none is said, and sets the special bits where they are', async () => {
    const at = await place()
    await writeFile(`${at}/kept`, 'old')
    await chmod(`${at}/kept`, 0o751)
    await writeFile(`${at}/set`, 'old')
    await chmod(`${at}/set`, 0o700)
    const actions = [
      write(`${at}/kept`, 'new'),
      write(`${at}/set`, 'new', { mode: 0o4711 }),
      write(`${at}/fresh`, 'new'),
    ]
    expect(await perform(connection, actions)).toEqual([ok, ok, ok])
    expect(await readFile(`${at}/kept`, 'utf8')).toBe('new')
    expect(await Promise.all(['kept', 'set', 'fresh'].map((name) => modeOf(`${at}/${name}`)))).toEqual([
      0o751, 0o4711, 0o644,
    ])
  })

  it('does all kinds of actions at once', async () => {
    const at = await place()
    await Promise.all(['old', 'gone/deep', 'full'].map((name) => mkdir(`${at}/${name}`, { recursive: true })))
    await Promise.all(['old/x', 'full/y', 'mode'].map((name) => writeFile(`${at}/${name}`, '')))
    const actions: FileAction[] = [
      { do: 'directory', path: `${at}/dir/sub/`, ...rights, mode: 0o750 },
      write(`${at}/dir/file`, 'x'),
      { do: 'delete', path: `${at}/old/x` },
      { do: 'delete', path: `${at}/never/was` },
      { do: 'delete-empty-folder', path: `${at}/old` },
      { do: 'delete-empty-folder', path: `${at}/gone/deep` },
      { do: 'delete-empty-folder', path: `${at}/gone` },
      { do: 'delete-empty-folder', path: `${at}/full` },
      { do: 'permit', path: `${at}/mode`, ...rights, mode: 0o640 },
    ]
    expect(await perform(connection, actions)).toEqual(actions.map(() => ok))
    expect((await readdir(at, { recursive: true })).sort()).toEqual([
      'dir',
      'dir/file',
      'dir/sub',
      'full',
      'full/y',
      'mode',
    ])
    expect([await modeOf(`${at}/dir/sub`), await modeOf(`${at}/mode`)]).toEqual([0o750, 0o640])
  })

  it('makes a folder where a file was, and a file where a folder was', async () => {
    const at = await place()
    await writeFile(`${at}/file`, '')
    await mkdir(`${at}/folder`)
    await writeFile(`${at}/folder/x`, '')
    const actions: FileAction[] = [
      { do: 'delete', path: `${at}/file` },
      write(`${at}/file/now/below`, 'a'),
      { do: 'delete', path: `${at}/folder/x` },
      { do: 'delete-empty-folder', path: `${at}/folder` },
      write(`${at}/folder`, 'b'),
    ]
    expect(await perform(connection, actions)).toEqual(actions.map(() => ok))
    expect(await readFile(`${at}/file/now/below`, 'utf8')).toBe('a')
    expect(await readFile(`${at}/folder`, 'utf8')).toBe('b')
  })

  it('replaces a link itself, and never what it points to', async () => {
    const at = await place()
    await mkdir(`${at}/elsewhere`)
    await writeFile(`${at}/elsewhere/file`, 'kept')
    await symlink('elsewhere', `${at}/to folder`)
    await symlink('elsewhere/file', `${at}/to file`)
    expect(await perform(connection, [write(`${at}/to folder`, 'a'), write(`${at}/to file`, 'b')])).toEqual([
      ok,
      ok,
    ])
    expect((await lstat(`${at}/to folder`)).isFile()).toBe(true)
    expect(await readFile(`${at}/elsewhere/file`, 'utf8')).toBe('kept')
    expect(await readdir(`${at}/elsewhere`)).toEqual(['file'])
  })

  it('what fails says why and does not stop the rest', async () => {
    const at = await place()
    await mkdir(`${at}/folder`)
    await writeFile(`${at}/file`, 'kept')
    await writeFile(`${at}/local`, 'changed since')
    const outcomes = await perform(connection, [
      write(`${at}/folder`, 'x'),
      write(`${at}/file/below`, 'x'),
      { do: 'directory', path: `${at}/file`, ...rights },
      { do: 'delete', path: `${at}/folder` },
      { do: 'permit', path: `${at}/nothing`, ...rights, mode: 0o600 },
      write(`${at}/no owner`, 'x', { owner: 'nobody-of-this-name' }),
      { ...write(`${at}/damaged`, 'x'), digest: digestOf('y') },
      {
        ...write(`${at}/from local`, 'planned'),
        content: { from: 'file', path: `${at}/local` },
      },
      { ...write(`${at}/missing local`, 'x'), content: { from: 'file', path: `${at}/none` } },
      { do: 'delete', path: 'relative' },
      write(`${at}/good`, 'x'),
    ])
    const messages = outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.message.replaceAll(at, '')))
    expect(messages).toEqual([
      expect.stringMatching(/^box › \/folder: .*director/i),
      expect.stringMatching(/^box › \/file\/below: .*(director|exists)/i),
      expect.stringMatching(/^box › \/file: .*(director|exists)/i),
      expect.stringMatching(/^box › \/folder: .*director/i),
      expect.stringMatching(/^box › \/nothing: .*No such file/i),
      expect.stringMatching(/^box › \/no owner: .*nobody-of-this-name/i),
      'box › /damaged: its content did not arrive whole',
      'box › /from local: /local has changed since the plan was made, so it was left as it was',
      expect.stringMatching(/^box › \/missing local: \/none cannot be read: ENOENT/),
      'box › "relative": is not an absolute path',
      'ok',
    ])
    // A watch has to know what is only a file that was saved meanwhile.
    const codes = outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))
    expect(codes).toEqual([...Array<string>(7).fill('action'), 'edited', 'edited', 'playbook', 'ok'])
    // What is wrong here is not to be looked for there.
    const helpOf = (index: number) => {
      const outcome = outcomes[index]
      return outcome?.ok === false ? outcome.error.help : undefined
    }
    expect(helpOf(6)).toBe(
      `look at its place by hand, and whether the disk is full: ${ownCommand('ssh', 'box')} -- df -h ${quote(at)}`,
    )
    expect(helpOf(7)).toBe('run the same again, when nothing writes to it any more')
    expect(await readFile(`${at}/file`, 'utf8')).toBe('kept')
    expect((await readdir(at)).sort()).toEqual(['file', 'folder', 'good', 'local'])
  })

  it('clears away what a run that was killed has left, and not what one that is at work needs', async () => {
    const at = await place()
    const mine = (await readFile('/proc/self/stat', 'utf8')).replace(/^.*\) /s, '').split(' ')[19] ?? ''
    const random = '.provision-0123456789abcdef'
    const dead = `${random}.4194000.77`
    const reborn = `${random}.${process.pid}.1`
    const alive = `${random}.${process.pid}.${mine}`
    const others = ['.provision-a.b.c', '.provision-notes.2024.1', `${random}.x.y`]
    for (const name of [dead, reborn, alive, ...others]) await mkdir(`${at}/${name}/d0`, { recursive: true })
    expect(await perform(connection, [write(`${at}/a`, 'x')])).toEqual([ok])
    expect((await readdir(at)).sort()).toEqual(['a', alive, ...others].sort())
  })

  it('any name arrives, and nobody interprets it', { timeout: 60_000 }, async () => {
    const at = await place()
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(hostileName, { minLength: 1, maxLength: 10 }), async (names) => {
        const folder = `${at}/${round++}/${names[0] ?? ''}`
        const actions = names.map((name) => write(`${folder}/${name}`, name))
        expect(await perform(connection, actions)).toEqual(names.map(() => ok))
        expect((await readdir(folder)).sort()).toEqual([...names].sort())
        expect(await Promise.all(names.map((name) => readFile(`${folder}/${name}`, 'utf8')))).toEqual(names)
        const removals = names.map((name): FileAction => ({ do: 'delete', path: `${folder}/${name}` }))
        expect(await perform(connection, [...removals, { do: 'delete-empty-folder', path: folder }])).toEqual(
          [...names, folder].map(() => ok),
        )
        expect(await readdir(`${at}/${round - 1}`)).toEqual([])
      }),
      { numRuns: 12 },
    )
  })
})
