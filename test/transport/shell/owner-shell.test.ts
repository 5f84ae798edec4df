import { describe, expect, it } from 'vitest'
import { afterName, ownerShell } from '../../../src/transport/shell/owner-shell.ts'
import { quote } from '../../../src/core/quote.ts'
import { runIn, shells } from '../../support/shells.ts'

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

  // There all processes seem to have ended.
  it('nothing is left where no process can be looked at', async () => {
    expect(await tells('/srv/.provision-0123abcd.99999999.5', 'born() { b=; return 1; }')).toBe('kept')
  })
})
