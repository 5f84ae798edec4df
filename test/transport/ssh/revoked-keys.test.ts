import { describe, expect, it } from 'vitest'
import { judge, parseKnownHosts } from '../../../src/transport/ssh/known-hosts.ts'
import { parseRevokedKeys } from '../../../src/transport/ssh/revoked-keys.ts'

const one = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIFzLDhiYnTsNA3wzTDrx3bkvhKqTmCIJvXVZqPsbyUwf'

const revoked = (text: string) => parseRevokedKeys(Buffer.from(text), '/r')

it('a key that is listed is revoked whatever the host is called, on each of its ports', () => {
  const known = [
    ...parseKnownHosts(`web ssh-ed25519 ${one}\n* ssh-ed25519 ${other}`, 'known_hosts'),
    ...revoked(`# lost in May\n\n  ssh-ed25519 ${one} root@web\r\n`),
  ]
  const verdicts = [22, 2222].flatMap((port) =>
    [one, other].map((key) => judge(known, { address: 'web', port }, Buffer.from(key, 'base64'))),
  )
  expect(verdicts).toEqual(['revoked', 'trusted', 'revoked', 'trusted'])
  expect(known.at(-1)?.place).toBe('/r:3')
})

it('a key counts as what it is, however it is padded', () => {
  const unpadded = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-rsaX')])
  const [line] = revoked(`ssh-rsa ${unpadded.toString('base64').replaceAll('=', '')}`)
  expect(line?.key).toBe(unpadded.toString('base64'))
})

describe('refuses, for else a revoked key would be trusted,', () => {
  it.each([
    ['a list in the binary format', 'SSHKRL\n\0\0\0\0\x01', 'Key Revocation List (KRL)'],
    ['a line of known_hosts', `ssh-ed25519 ${one}\nweb ssh-ed25519 ${one}`, 'line 2 is no public key'],
    ['half a line', 'ssh-ed25519', 'line 1 is no public key'],
    ['a key that says it is another', `ssh-rsa ${one}`, 'line 1 is no public key'],
    ['a certificate', certificate(), 'line 1 is no public key'],
  ])('%s', (_, text, reason) => {
    expect(() => revoked(text)).toThrow(reason)
  })
})

function certificate(): string {
  const type = 'ssh-ed25519-cert-v01@openssh.com'
  return `${type} ${Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type)]).toString('base64')}`
}
