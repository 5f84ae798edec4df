import { buffer } from 'node:stream/consumers'
import ssh2 from 'ssh2'
import { pack } from 'tar-stream'

/** An SSH key pair as OpenSSH stores it. */
export interface KeyPair {
  /** The text of the private key's file. */
  readonly privateKey: string
  /** One line: type, key, comment. */
  readonly publicKey: string
}

/** How many bytes the public half of every Ed25519 key has, with its type before it and the lengths of both (RFC 8709). */
const publicSize = 4 + 'ssh-ed25519'.length + 4 + 32

/** Makes an Ed25519 key pair. */
export function makeKeyPair(comment: string): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    const publicKey = `${pair.public.trim()}\n`
    // ssh2 drops zeros that the public half begins with, in one pair of 256; OpenSSH refuses such a pair.
    if (Buffer.from(publicKey.split(' ')[1] ?? '', 'base64').length === publicSize) {
      return { privateKey: pair.private, publicKey }
    }
  }
}

/**
 * The archive that gives a host its own SSH host key. It is put into the container before that first starts: so the
 * key is known without asking anybody, and is never in an image.
 */
export function hostKeyArchive({ privateKey, publicKey }: KeyPair): Promise<Buffer> {
  const archive = pack()
  const path = 'etc/ssh/ssh_host_ed25519_key'
  archive.entry({ name: path, mode: 0o600, uid: 0, gid: 0 }, privateKey)
  archive.entry({ name: `${path}.pub`, mode: 0o644, uid: 0, gid: 0 }, publicKey)
  archive.finalize()
  return buffer(archive)
}

/** A public key as known_hosts holds it. */
export const withoutComment = (publicKey: string): string => {
  const [type = '', key = ''] = publicKey.trim().split(/\s+/)
  return `${type} ${key}`
}
