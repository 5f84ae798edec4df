import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { keyPathOf, parseSshConfig } from '../../../src/transport/ssh/config.ts'

const plain = `host web
user me
hostname web
port 22
identitiesonly no
identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/id_ecdsa
identityfile ~/.ssh/id_ecdsa_sk
identityfile ~/.ssh/id_ed25519
identityfile ~/.ssh/id_ed25519_sk
identityfile ~/.ssh/id_xmss
identityfile ~/.ssh/id_dsa
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
        identityFiles: undefined,
        identitiesOnly: false,
        identityAgent: undefined,
        knownHosts: ['/home/me/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
        hostKeyAlias: undefined,
        revokedHostKeys: [],
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
        identityFiles: ['~/keys/a b', '/k'],
        knownHosts: ['/x y/kh'],
        hostKeyAlias: 'box',
        proxyJump: 'me@gate:2200',
      },
    ],
    ['of a host behind a program', 'hostname a\nproxycommand nc %h %p\n', { proxyCommand: 'nc %h %p' }],
    ['that there is none', 'hostname a\nproxycommand none\n', { proxyCommand: undefined }],
    [
      'of a default key and another one',
      'hostname a\nidentityfile ~/.ssh/id_ed25519\nidentityfile none\nidentityfile ~/.ssh/%h_key\n',
      { identityFiles: ['~/.ssh/id_ed25519', '~/.ssh/%h_key'] },
    ],
    ['of one default key', 'identityfile ~/.ssh/id_rsa\n', { identityFiles: ['~/.ssh/id_rsa'] }],
    ['of no key file', 'hostname a\nidentityfile none\n', { identityFiles: [] }],
    [
      'of an agent of its own',
      'identityagent /home/me/a b.sock\nidentitiesonly yes\n',
      { identityAgent: '/home/me/a b.sock', identitiesOnly: true },
    ],
    [
      'of keys that are revoked',
      'revokedhostkeys ~/a b/revoked\n',
      { revokedHostKeys: ['/home/me/a b/revoked'] },
    ],
    [
      'of files of host keys with spaces in their names, which it writes without quotes',
      'userknownhostsfile /x y/kh  1 ~/known hosts /z\nglobalknownhostsfile /etc/g h\n',
      { knownHosts: ['/x y/kh  1', '/home/me/known hosts', '/z', '/etc/g h'] },
    ],
    [
      'of no file of host keys',
      'userknownhostsfile none\nglobalknownhostsfile /etc/none of them\n',
      { knownHosts: ['/etc/none of them'] },
    ],
    ['of an agent that is not to be asked', 'identityagent none\n', { identityAgent: 'none' }],
    ['that there is no way round', 'hostname a\nproxyjump none\n', { proxyJump: undefined }],
  ]
  it.each(cases)('%s', (_, text, expected) => {
    expect(parseSshConfig(text, '/home/me')).toMatchObject(expected)
  })
})

it('what OpenSSH itself says of quoted files is read as it was meant', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'provision ssh-'))
  try {
    const file = join(folder, 'config')
    const meant = [`${folder}/known hosts`, '/etc/ssh/of all', '/plain']
    const [user, ...system] = meant.map((path) => `"${path}"`)
    await writeFile(file, `UserKnownHostsFile ${user}\nGlobalKnownHostsFile ${system.join(' ')}\n`)
    const { stdout } = await promisify(execFile)('ssh', ['-F', file, '-G', 'web'])
    expect(parseSshConfig(stdout, '/home/me')).toMatchObject({ knownHosts: meant })
  } finally {
    await rm(folder, { recursive: true })
  }
})

describe('the name of a key file', () => {
  const values = new Map([
    ['~', '/home/100%h'],
    ['%%', '%'],
    ['%h', '10.0.0.5'],
    ['${KEYS}', '/keys'],
  ])
  it.each([
    ['/keys/id', '/keys/id', []],
    ['~/.ssh/%h_key', '/home/100%h/.ssh/10.0.0.5_key', []],
    ['${KEYS}/100%%h', '/keys/100%h', []],
    ['/keys/a~b', '/keys/a~b', []],
    ['~ann/%C/${NONE}', '~ann/%C/${NONE}', ['~ann', '%C', '${NONE}']],
    ['/keys/50%', '/keys/50%', ['%']],
  ])('%s', (written, path, unknown) => {
    const told: string[] = []
    expect(
      keyPathOf(
        written,
        (part) => values.get(part),
        (part) => told.push(part),
      ),
    ).toBe(path)
    expect(told).toEqual(unknown)
  })
})
