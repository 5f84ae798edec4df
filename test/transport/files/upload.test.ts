import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quote } from '../../../src/core/quote.ts'
import { makeUploadFolder } from '../../../src/transport/files/upload.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { never } from '../../support/transport.ts'

let home = ''
beforeAll(async () => (home = await mkdtemp(join(tmpdir(), 'provision-upload-'))))
afterAll(() => rm(home, { recursive: true }))

/** When a process was started, as the kernel counts it. */
async function bornOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

describe.each(shells)('under $title', (shell) => {
  it('takes away what killed runs have left, and nothing of those that still go on, however long they take', async () => {
    const user = userInfo().username
    const at = join(home, shell.title, '.provision-upload')
    const [live, dead] = [`live.${process.pid}.${await bornOf(process.pid)}`, `dead.${process.pid}.1`]
    const twoHoursAgo = Date.now() / 1_000 - 7_200
    for (const [name, time] of [
      [live, twoHoursAgo],
      [dead, Date.now() / 1_000],
      ['unowned', twoHoursAgo],
      ['unowned-new', Date.now() / 1_000],
    ] as const) {
      await mkdir(join(at, name), { recursive: true })
      await writeFile(join(at, name, 'part'), 'some')
      await utimes(join(at, name, 'part'), time, time)
    }
    // Not as root: it would use a folder of the system's.
    const script = `id() { echo 1000; }\nHOME=${quote(join(home, shell.title))}\n${makeUploadFolder(user, 'mine')}`
    // A session of its own, as sshd gives.
    const apart = shellConnection({ ...shell, argv: ['setsid', ...shell.argv] })
    const { stdout, stderr } = await apart.script(script, { as: 'user', signal: never })
    expect([stderr, stdout.toString()]).toEqual(['', expect.stringContaining(join(at, 'mine'))])
    const left = (await readdir(at, { recursive: true })).filter((name) => name.endsWith('part')).sort()
    expect(left).toEqual([`${live}/part`, 'unowned-new/part'].sort())
  })
})
