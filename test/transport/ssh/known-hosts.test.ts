import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  algorithmsFor,
  fingerprintOf,
  judge,
  knownHostsLine,
  parseKnownHosts,
  type HostName,
} from '../../../src/transport/ssh/known-hosts.ts'

const keyOf = (type: string, body: string): Buffer => {
  const length = (text: string) => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(text.length)
    return size
  }
  return Buffer.concat([length(type), Buffer.from(type), length(body), Buffer.from(body)])
}
const mine = keyOf('ssh-ed25519', 'mine')
const other = keyOf('ssh-ed25519', 'other')
const rsa = keyOf('ssh-rsa', 'rsa')
const line = (names: string, key = mine) => `${names} ssh-ed25519 ${key.toString('base64')} comment`
const hashed = (name: string) => {
  const salt = Buffer.from('0123456789abcdef0123')
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}
const web: HostName = { address: 'web.example', port: 22 }
const onPort: HostName = { address: 'web.example', port: 2222 }

describe('the key of a host', () => {
  const cases: [string, string, HostName, string][] = [
    ['nothing recorded', '', web, 'unknown'],
    ['only a comment', `# ${line('web.example')}`, web, 'unknown'],
    ['its name', line('web.example'), web, 'trusted'],
    ['its name in capitals', line('WEB.Example'), { ...web, address: 'Web.EXAMPLE' }, 'trusted'],
    ['among other names', line('a,web.example,b'), web, 'trusted'],
    ['after other lines', `\n# x\n${line('a', other)}\n  ${line('web.example')}`, web, 'trusted'],
    ['one of two keys', `${line('web.example', other)}\n${line('web.example')}`, web, 'trusted'],
    ['another key', line('web.example', other), web, 'changed'],
    ['a key of another type', `web.example ssh-rsa ${rsa.toString('base64')}`, web, 'changed'],
    ['another name', line('web.example.org'), web, 'unknown'],
    ['a name that a dot would match', line('webxexample'), web, 'unknown'],
    ['a wildcard', line('*.example'), web, 'trusted'],
    ['a wildcard for one character', line('we?.example'), web, 'trusted'],
    ['a wildcard that excludes it', line('*.example,!web.example'), web, 'unknown'],
    ['a hash', line(hashed('web.example')), web, 'trusted'],
    ['the hash of another name', line(hashed('app.example')), web, 'unknown'],
    ['its port', line('[web.example]:2222'), onPort, 'trusted'],
    ['another port', line('[web.example]:2223'), onPort, 'unknown'],
    ['the hash with its port', line(hashed('[web.example]:2222')), onPort, 'trusted'],
    ['its plain name, on a port', line('web.example'), onPort, 'trusted'],
    ['another key for its plain name, on a port', line('web.example', other), onPort, 'unknown'],
    ['another key for its port', line('[web.example]:2222', other), onPort, 'changed'],
    [
      'its plain name, and another key for its port',
      `${line('[web.example]:2222', other)}\n${line('web.example')}`,
      onPort,
      'changed',
    ],
    [
      'its plain name, and a revoked key for its port',
      `@revoked ${line('[web.example]:2222', other)}\n${line('web.example')}`,
      onPort,
      'trusted',
    ],
    ['an IPv6 address', line('fe80::1'), { address: 'fe80::1', port: 22 }, 'trusted'],
    ['an alias', line('box'), { ...onPort, alias: 'box' }, 'trusted'],
    ['its address, but not its alias', line('web.example'), { ...web, alias: 'box' }, 'unknown'],
    ['a revoked key', `@revoked ${line('*')}\n${line('web.example')}`, web, 'revoked'],
    ['another key revoked', `@revoked ${line('*', other)}\n${line('web.example')}`, web, 'trusted'],
    ['an authority', `@cert-authority ${line('web.example')}`, web, 'unknown'],
    ['half a line', 'web.example ssh-ed25519', web, 'unknown'],
  ]
  it.each(cases)('with %s', (_, text, host, expected) => {
    expect(judge(parseKnownHosts(text, 'known_hosts'), host, mine)).toBe(expected)
  })
})

it('asks for the types that are recorded first, and names RSA by its signatures', () => {
  const known = parseKnownHosts(`web.example ssh-rsa ${rsa.toString('base64')}`, 'known_hosts')
  expect(algorithmsFor(known, web).slice(0, 4)).toEqual([
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-rsa',
    'ssh-ed25519',
  ])
  expect(algorithmsFor([], web)[0]).toBe('ssh-ed25519')
})

it('asks on a port of its own for the types that are recorded for that, not for those of the plain name', () => {
  const text = `[web.example]:2222 ssh-rsa ${rsa.toString('base64')}\n${line('web.example')}`
  expect(algorithmsFor(parseKnownHosts(text, 'known_hosts'), onPort)[0]).toBe('rsa-sha2-512')
})

it('a key has the fingerprint that OpenSSH shows, and a line that makes it known', () => {
  const real = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  expect(fingerprintOf(Buffer.from(real, 'base64'))).toBe(
    'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
  )
  expect(knownHostsLine(onPort, Buffer.from(real, 'base64'))).toBe(`[web.example]:2222 ssh-ed25519 ${real}`)
})
