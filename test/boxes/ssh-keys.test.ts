import { createPublicKey } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import ssh2 from 'ssh2'
import { extract } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { hostKeyArchive, makeKeyPair, withoutComment } from '../../src/boxes/ssh-keys.ts'

describe('an SSH key pair', () => {
  const pair = makeKeyPair('somebody here')

  it('is Ed25519, and its halves belong together', () => {
    const parsed = ssh2.utils.parseKey(pair.privateKey)
    if (parsed instanceof Error) throw parsed
    expect(parsed.type).toBe('ssh-ed25519')
    expect(pair.publicKey).toBe(`ssh-ed25519 ${parsed.getPublicSSH().toString('base64')} somebody here\n`)
    expect(createPublicKey(parsed.getPublicPEM()).asymmetricKeyType).toBe('ed25519')
  })

  it('is another one each time', () => {
    expect(makeKeyPair('a').publicKey).not.toBe(makeKeyPair('a').publicKey)
  })

  it('is whole whatever bytes it begins with: OpenSSH refuses a public key that is not 32 bytes long', () => {
    // One in 256 begins with a zero, which ssh2 drops; among so many there is one with all but certainty.
    const sizes = Array.from({ length: 3_000 }, () => {
      const [, key = ''] = makeKeyPair('many').publicKey.split(' ')
      return Buffer.from(key, 'base64').length
    })
    expect(new Set(sizes)).toEqual(new Set([4 + 'ssh-ed25519'.length + 4 + 32]))
  })

  it('goes into known_hosts without its comment', () => {
    expect(withoutComment(pair.publicKey)).toBe(pair.publicKey.split(' ').slice(0, 2).join(' '))
  })

  it('goes into a node as files of root, the private one for nobody else', async () => {
    const files: [string, number | undefined, number | undefined, string][] = []
    for await (const entry of Readable.from([await hostKeyArchive(pair)]).pipe(extract())) {
      const { name, mode, uid } = entry.header
      files.push([name, mode, uid, (await buffer(entry)).toString()])
    }
    expect(files).toEqual([
      ['etc/ssh/ssh_host_ed25519_key', 0o600, 0, pair.privateKey],
      ['etc/ssh/ssh_host_ed25519_key.pub', 0o644, 0, pair.publicKey],
    ])
  })
})
