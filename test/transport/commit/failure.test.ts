import { describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import type { Connection } from '../../../src/transport/ssh/connection.ts'
import { performFiles } from '../../../src/transport/files/index.ts'
import { matching } from '../../support/matching.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { bulkOver, never } from '../../support/transport.ts'

describe.each(shells)('under $title', (shell) => {
  const problemFor = async (login: Connection['login']) => {
    const connection = { ...shellConnection(shell), login }
    const file = { path: '/proc/sys/provision', content: { from: 'text', text: 'x' } } as const
    const rights = { mode: undefined, owner: undefined, group: undefined }
    const [outcome] = await performFiles(
      { connection, openBulk: bulkOver(connection), user: login.user },
      [{ do: 'write', ...file, digest: digestOf('x'), size: 1, ...rights }],
      never,
    )
    return outcome?.ok === false ? outcome.error : undefined
  }

  it('says plainly where it cannot write, and who may not', async () => {
    expect(await problemFor({ user: 'ann', become: false })).toMatchObject({
      message: matching(/^box › \/proc\/sys\/provision: cannot write to '\/proc\/sys': [A-Z][a-z ]+$/),
      help: 'look whether ann may write there (with become: true, root does), and whether the disk is full: provision ssh box -- ls -ld /proc/sys',
    })
    expect(await problemFor({ user: 'ann', become: true })).toMatchObject({
      help: 'look at its place by hand, and whether the disk is full: provision ssh box -- df -h /proc/sys',
    })
  })
})
