import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import type { FileAction } from '../../../src/transport/files/batch.ts'
import { performFiles } from '../../../src/transport/files/index.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { bulkOver, never } from '../../support/transport.ts'

const content = { content: { from: 'text', text: 'x' }, digest: digestOf('x'), size: 1 } as const
const none = { mode: undefined, owner: undefined, group: undefined }

let root = ''
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'provision-commit-'))))
afterAll(() => rm(root, { recursive: true }))

describe.each(shells)('under $title', (shell) => {
  const connection = shellConnection(shell)
  const perform = (actions: readonly FileAction[]) =>
    performFiles({ connection, openBulk: bulkOver(connection), user: 'root' }, actions, never)

  it('gives to users and groups by number, with or without a name there', async () => {
    const at = await mkdtemp(join(root, 'at-'))
    await mkdir(`${at}/permitted`)
    const to = { owner: '40123', group: '0' }
    const outcomes = await perform([
      { do: 'write', path: `${at}/written`, ...content, ...none, ...to },
      { do: 'directory', path: `${at}/made`, ...none, ...to },
      { do: 'permit', path: `${at}/permitted`, ...none, group: '40124' },
    ])
    expect(outcomes).toEqual(Array(3).fill({ ok: true }))
    const owners = await Promise.all(
      ['written', 'made', 'permitted'].map(async (name) => {
        const { uid, gid } = await stat(join(at, name))
        return [uid, gid]
      }),
    )
    expect(owners).toEqual([
      [40_123, 0],
      [40_123, 0],
      [0, 40_124],
    ])
  })
})
