import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { quote } from '../../../src/core/quote.ts'
import type { Connection } from '../../../src/transport/ssh/connection.ts'
import type { Write } from '../../../src/transport/files/batch.ts'
import { performFiles } from '../../../src/transport/files/index.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { bulkOver, never } from '../../support/transport.ts'

let root = ''
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'provision-gone-'))))
afterAll(() => rm(root, { recursive: true }))

const write = (path: string): Write => ({
  do: 'write',
  path,
  content: { from: 'text', text: 'new' },
  digest: digestOf('new'),
  size: 3,
  ...{ mode: 0o4750, owner: undefined, group: undefined },
})

/** As a host does that shares a folder with another, and takes what is not its own for left over. */
describe.each(shells)('under $title, what has arrived and is gone', (shell) => {
  let count = 0

  it.each([
    ['all of it', 'when it is checked', 'sha256sum', 'rm -rf "$at"/.provision-*'],
    ['all of it', 'when it gets its mode', 'chmod', 'rm -rf "$at"/.provision-*'],
    ['all of it', 'when it is put in place', 'mv', 'rm -rf "$at"/.provision-*'],
    ['its folder', 'when it gets its mode', 'chmod', 'rm -rf "$at"/.provision-*/d0'],
    ['one file', 'when it is put in place', 'mv', 'rm "$at"/.provision-*/d0/a'],
  ])('%s %s', async (_, _when, program, action) => {
    const at = join(root, `${shell.title} ${count++}`)
    await mkdir(at)
    for (const name of ['a', 'b']) await writeFile(join(at, name), 'old')
    const programs = `${at} programs`
    await mkdir(programs)
    const real = quote(shell.tools ?? process.env['PATH'] ?? '')
    const text = `#!/bin/sh\nPATH=${real} at=${quote(at)}\n${program} "$@"\ns=$?\n${action}\nexit $s\n`
    const first = `#!/bin/sh\nPATH=${real} at=${quote(at)}\n${action}\nexec ${program} "$@"\n`
    await writeFile(join(programs, program), program === 'mv' ? first : text, { mode: 0o755 })
    const connection = shellConnection(shell)
    const watched: Connection = {
      ...connection,
      openly: (script, options) => connection.openly(`PATH=${quote(programs)}:$PATH\n${script}`, options),
    }
    const outcomes = await performFiles(
      { connection: watched, openBulk: bulkOver(watched), user: 'root' },
      ['a', 'b'].map((name) => write(join(at, name))),
      never,
    )
    const reason = 'it had arrived, and was gone before it was put in place'
    expect(outcomes).toMatchObject(outcomes.map(() => ({ ok: false, error: { code: 'action', reason } })))
    expect(await readFile(join(at, 'a'), 'utf8')).toBe('old')
    expect((await readdir(at)).sort()).toEqual(['a', 'b'])
  })
})
