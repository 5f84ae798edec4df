import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Permissions } from '../../../src/core/action.ts'
import { digestOf } from '../../../src/core/digest.ts'
import type { Connection } from '../../../src/transport/ssh/connection.ts'
import { performFiles } from '../../../src/transport/files/index.ts'
import { matching } from '../../support/matching.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { bulkOver, never } from '../../support/transport.ts'
import { ownCommand } from '../../../src/core/text/own-command.ts'

describe.each(shells)('under $title', (shell) => {
  const none: Permissions = { mode: undefined, owner: undefined, group: undefined }
  const problemFor = async (
    login: Connection['login'],
    path = '/proc/sys/provision',
    rights: Partial<Permissions> = {},
  ) => {
    const connection = { ...shellConnection(shell), login }
    const file = { path, content: { from: 'text', text: 'x' }, ...none } as const
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
      help: `look whether ann may write there (with become: true, root does), and whether the disk is full: ${ownCommand('ssh', 'box')} -- ls -ld /proc/sys`,
    })
    expect(await problemFor({ user: 'ann', become: true })).toMatchObject({
      help: `look at its place by hand, and whether the disk is full: ${ownCommand('ssh', 'box')} -- df -h /proc/sys`,
    })
  })

  it.each<[string, Partial<Permissions>, boolean, string]>([
    [
      'a user',
      { owner: 'no-one' },
      true,
      `look whether it is there, or give its number: ${ownCommand('ssh', 'box')} -- getent passwd no-one`,
    ],
    [
      'a group',
      { group: 'no-one' },
      true,
      `look whether it is there, or give its number: ${ownCommand('ssh', 'box')} -- getent group no-one`,
    ],
    [
      'a user, where only root could give it to that one',
      { owner: 'no-one' },
      false,
      `look whether it is there, and whether ann may give it files (with become: true, root does): ${ownCommand('ssh', 'box')} -- getent passwd no-one`,
    ],
  ])('says how to look for %s that it does not know', async (_, rights, become, help) => {
    const folder = await mkdtemp(join(tmpdir(), 'provision-owner-'))
    try {
      expect(await problemFor({ user: 'ann', become }, join(folder, 'a'), rights)).toMatchObject({
        message: matching(/no-one/),
        help,
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
