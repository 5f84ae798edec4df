import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { afterName, ownerShell } from '../../../src/transport/shell/owner-shell.ts'
import { quote } from '../../../src/core/quote.ts'
import { runIn, shells } from '../../support/shells.ts'

let root = ''
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'provision-owner-'))))
afterAll(() => rm(root, { recursive: true }))

describe.each(shells)('under $title', (shell) => {
  it.each([
    ['a plain name', 'sshd'],
    ['a space', 'Web Content'],
    ['a parenthesis', 'a)'],
    ['what ends a name', 'a) S 1 b'],
    ['nothing but that', ') ) '],
  ])('what follows a name is found behind %s', async (_, name) => {
    const script = `${afterName}\nr=kept; after_name ${quote(`7 (${name}) R 1 23 4`)}; echo "$r:$after"`
    const { stdout } = await runIn(shell, script, new Uint8Array())
    expect(stdout.toString()).toBe('kept:R 1 23 4\n')
  })

  const tells = async (name: string, before = '') => {
    const script = `${ownerShell}\n${before}\nleft ${quote(name)} && echo left || echo kept`
    return (await runIn(shell, script, new Uint8Array())).stdout.toString().trim()
  }

  it.each([
    ['of a process that has ended', '/srv/.provision-0123abcd.99999999.5', 'left'],
    ['of an upload whose process has', '/var/lib/provision/upload-me/0123abcd.99999999.5', 'left'],
    ['of a process whose number another one has now', '/srv/.provision-0123abcd.1.5', 'left'],
    ['in a folder that is called like ours', '/srv/.provision-x.y/.provision-0123abcd.99999999.5', 'left'],
    ['that somebody else gave', '/srv/.provision-a.b.c', 'kept'],
    ['of numbers that is not ours', '/srv/.provision-old-0123abcd.99999999.5', 'kept'],
    ['with letters that are no digits of ours', '/srv/.provision-01xyz.99999999.5', 'kept'],
    ['without a start', '/srv/.provision-0123abcd.99999999.', 'kept'],
    ['without a process', '/srv/.provision-0123abcd..5', 'kept'],
    ['without what makes it the only one', '/srv/.provision-.99999999.5', 'kept'],
    ['with more than digits at its end', '/srv/.provision-0123abcd.99999999.5 old', 'kept'],
    ['with a newline', '/srv/.provision-0123abcd.99999999.5\n', 'kept'],
  ])('a name %s', async (_, name, expected) => {
    expect(await tells(name)).toBe(expected)
  })

  it.each([
    ['this machine', 'web-1', 'left'],
    ['another machine', 'db', 'kept'],
    ['another machine whose name ends like that of this one', 'x-web-1', 'kept'],
    ['a machine without a name', '', 'kept'],
  ])('a name of %s', async (_, machine, expected) => {
    const folder = join(root, `0123abcd-${machine}.99999999.5`)
    await mkdir(folder, { recursive: true })
    expect(await tells(folder, 'here=web-1')).toBe(expected)
  })

  it('of another machine what nothing has changed in for a day is left', async () => {
    const folder = join(root, shell.title, '0123abcd-idle.99999999.5')
    await mkdir(join(folder, 'd0'), { recursive: true })
    const longAgo = Date.now() / 1000 - 25 * 60 * 60
    await utimes(folder, longAgo, longAgo)
    expect(await tells(folder, 'here=web-1')).toBe('kept')
    await utimes(join(folder, 'd0'), longAgo, longAgo)
    expect(await tells(folder, 'here=web-1')).toBe('left')
  })

  it('this machine is called by what may be in a name', async () => {
    const script = `${ownerShell}\necho "$here"`
    const { stdout } = await runIn(shell, script, new Uint8Array())
    expect(stdout.toString().trim()).toBe(/^[0-9A-Za-z-]*/.exec(hostname())?.[0])
  })

  // There all processes seem to have ended.
  it('nothing is left where no process can be looked at', async () => {
    expect(await tells('/srv/.provision-0123abcd.99999999.5', 'born() { b=; return 1; }')).toBe('kept')
  })
})
