import { describe, expect, it } from 'vitest'
import { parseSshConfig } from '../../src/transport/ssh-config.ts'

const plain = `host web
user me
hostname web
port 22
identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/id_ed25519
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2
userknownhostsfile /home/me/.ssh/known_hosts
`

describe('what ssh -G says', () => {
  const cases: [string, string, object][] = [
    [
      'of a host without settings',
      plain,
      {
        address: 'web',
        port: 22,
        user: 'me',
        identityFiles: [],
        knownHosts: ['/home/me/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
        hostKeyAlias: undefined,
        proxyJump: undefined,
      },
    ],
    [
      'of a host with settings',
      'user core\nhostname 10.0.0.5\nport 2222\nidentityfile ~/keys/a b\nidentityfile /k\nuserknownhostsfile "/x y/kh"\nhostkeyalias box\nproxyjump me@gate:2200\n',
      {
        address: '10.0.0.5',
        port: 2222,
        user: 'core',
        identityFiles: ['/home/me/keys/a b', '/k'],
        knownHosts: ['/x y/kh'],
        hostKeyAlias: 'box',
        proxyJump: 'me@gate:2200',
      },
    ],
    ['of a host behind a program', 'hostname a\nproxycommand nc %h %p\n', { proxyCommand: 'nc %h %p' }],
    ['that there is none', 'hostname a\nproxycommand none\n', { proxyCommand: undefined }],
    ['that there is no way round', 'hostname a\nproxyjump none\n', { proxyJump: undefined }],
  ]
  it.each(cases)('%s', (_, text, expected) => {
    expect(parseSshConfig(text, '/home/me')).toMatchObject(expected)
  })
})
