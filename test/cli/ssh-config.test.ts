import { execFile } from 'node:child_process'
import { rmSync, writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { sshConfigText } from '../../src/cli/ssh-config.ts'
import type { SshTarget } from '../../src/core/host.ts'
import { proxyCommand } from '../../src/transport/ssh/jump.ts'

const run = promisify(execFile)
const dir = mkdtempSync(join(tmpdir(), 'provision-ssh-config-'))
afterAll(() => rmSync(dir, { recursive: true }))

const target = (changes: Partial<SshTarget> = {}): SshTarget => ({
  name: 'app',
  address: '192.168.60.3',
  port: 22,
  user: 'core',
  identityFile: '/keys/id',
  knownHosts: ['/keys/known_hosts'],
  hostKeyAlias: undefined,
  become: true,
  ...changes,
})

/** What the real client makes of a configuration, by keyword; several values of one in their order, with spaces. */
async function clientReads(host: string, text: string): Promise<Map<string, string>> {
  const file = join(dir, 'config')
  writeFileSync(file, text)
  const { stdout } = await run('ssh', ['-G', '-F', file, host])
  const read = new Map<string, string>()
  for (const line of stdout.split('\n')) {
    const [keyword = ''] = line.split(' ')
    const value = line.slice(line.indexOf(' ') + 1)
    read.set(keyword, read.has(keyword) ? `${read.get(keyword)} ${value}` : value)
  }
  return read
}

describe('what the OpenSSH client reads of our configuration', () => {
  it.each<[string, Partial<SshTarget>, string, string]>([
    ['the address', {}, 'hostname', '192.168.60.3'],
    ['the port', { port: 2201 }, 'port', '2201'],
    ['jump hosts', { jump: 'gate,inner' }, 'proxycommand', proxyCommand('gate,inner')],
    ['the user', { user: 'a b' }, 'user', 'a b'],
    ['the key', {}, 'identityfile', '/keys/id'],
    ['a key in a folder with a space', { identityFile: '/my keys/id' }, 'identityfile', '/my keys/id'],
    ['that no other keys are tried', {}, 'identitiesonly', 'yes'],
    ['that an agent is asked where there is no key', { identityFile: undefined }, 'identitiesonly', 'no'],
    ['all keys that are listed', { identityFiles: ['/a key', '/b'] }, 'identityfile', '/a key /b'],
    ['that others may be tried as well as those', { identityFiles: ['/a'] }, 'identitiesonly', 'no'],
    ['that no others may', { identityFiles: ['/a'], identitiesOnly: true }, 'identitiesonly', 'yes'],
    ['that no key of a file is tried', { identityFiles: [] }, 'identityfile', 'none'],
    ['the agent', { identityAgent: '/run/my agent' }, 'identityagent', '/run/my agent'],
    ['an agent that a variable names', { identityAgent: '$OTHER' }, 'identityagent', '$OTHER'],
    ['that no agent is asked', { identityAgent: 'none' }, 'identityagent', 'none'],
    ['strict host keys', {}, 'stricthostkeychecking', 'true'],
    ['that no agent is forwarded', {}, 'forwardagent', 'no'],
    ['that no display is forwarded', {}, 'forwardx11', 'no'],
    ['that no connection is shared', {}, 'controlmaster', 'false'],
    ['that no host changes its own keys', {}, 'updatehostkeys', 'false'],
    ['the known hosts, and no others', {}, 'userknownhostsfile', '/keys/known_hosts'],
    ['several files of them', { knownHosts: ['/a', '/b'] }, 'userknownhostsfile', '/a /b'],
    ['no known hosts of the machine', {}, 'globalknownhostsfile', '/dev/null'],
    ['the keys that are revoked', { revokedHostKeys: ['/a b/%r'] }, 'revokedhostkeys', '/a b/%r'],
    ['the name of the host key', { hostKeyAlias: 'node-1' }, 'hostkeyalias', 'node-1'],
  ])('%s', async (_, changes, keyword, value) => {
    const read = await clientReads('app', sshConfigText([target({ name: 'bus' }), target(changes)]))
    expect(read.get(keyword)).toBe(value)
  })
})

it('keeps percent signs in paths from being taken for tokens', () => {
  expect(sshConfigText([target({ identityFile: '/a%h/id' })])).toContain('IdentityFile /a%%h/id\n')
})

it('refuses what would make a line of its own', () => {
  expect(() => sshConfigText([target({ user: 'core\nProxyCommand touch /tmp/x' })])).toThrow(
    /cannot stand in/,
  )
})
