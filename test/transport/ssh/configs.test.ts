import { expect, it } from 'vitest'
import { sshConfigOf } from '../../../src/transport/ssh/config.ts'
import { saysTheSameOfAll, sshConfigs } from '../../../src/transport/ssh/configs.ts'
import { never } from '../../support/transport.ts'

const debian = `
# This is the ssh client system-wide configuration file.
Include /etc/ssh/ssh_config.d/*.conf

Host *
#   ForwardAgent no
    SendEnv LANG LC_*
    HashKnownHosts yes
`

it.each<[string, readonly string[], boolean]>([
  ['nothing', [], true],
  ['an empty file', [''], true],
  ['what Debian comes with', [debian], true],
  ['a user and a key for all', [debian, 'User core\nIdentityFile ~/.ssh/fleet\n'], true],
  ['a section about some', [debian, 'Host web-*\n  User core\n'], false],
  ['a section about all but one', ['Host * !gate\n  ProxyJump gate\n'], false],
  ['a section in other words', ['  HOST = gate\n'], false],
  ['a condition', ['Match host gate\n  User me\n'], false],
  ['a file of the user’s choice', ['Include ~/work/ssh\n'], false],
  ['a name put into a path', ['UserKnownHostsFile "~/.ssh/known/%h"\n'], false],
  ['names completed by the domain', ['CanonicalizeHostname yes\n'], false],
])('a configuration of %s', (_, texts, expected) => {
  expect(saysTheSameOfAll(texts)).toBe(expected)
})

it('what is said of where one logs in says nothing of the others', async () => {
  const bare = { address: '192.0.2.2', user: undefined, port: undefined }
  const config = await sshConfigs([{ address: '192.0.2.1', user: 'deploy', port: 2222 }, bare], never)
  expect(config(bare)).toEqual(await sshConfigOf(bare, never))
})
