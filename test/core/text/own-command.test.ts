import { expect, it } from 'vitest'
import { ownCommand, worded } from '../../../src/core/text/own-command.ts'

const commandLine = (...words: readonly string[]) => `npx provision ${words.join(' ')} --env test`

it.each([
  [ownCommand('logs', 'web'), 'npx provision logs web --env test'],
  [`${ownCommand('ssh', 'web')} -- df -h /srv`, 'npx provision ssh web --env test -- df -h /srv'],
  [
    `${ownCommand('history', 'show')}, or ${ownCommand('rollback')}`,
    'npx provision history show --env test, or npx provision rollback --env test',
  ],
  ['provision ssh web', 'provision ssh web'],
  ['a\0b\0c', 'a\0b\0c'],
])('%j is shown as %j', (text, shown) => {
  expect(worded(text, commandLine)).toBe(shown)
})
