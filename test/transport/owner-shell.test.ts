import { describe, expect, it } from 'vitest'
import { afterName } from '../../src/transport/owner-shell.ts'
import { quote } from '../../src/core/quote.ts'
import { runIn, shells } from '../support/shells.ts'

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
})
