import { keyType, type KnownHost } from './known-hosts.ts'

/**
 * Reads a file of OpenSSH's `RevokedHostKeys`: public keys, one a line, that no host may show.
 * @throws Error that says what else it holds: by a line that is left out, a key that is revoked would be trusted
 */
export function parseRevokedKeys(content: Buffer, file: string): readonly KnownHost[] {
  if (content.toString('latin1').startsWith('SSHKRL\n')) {
    throw new Error('it is a Key Revocation List (KRL), and only public keys, one a line, are read here')
  }
  return content
    .toString()
    .split('\n')
    .flatMap((line, index) => {
      const [type = '', text = ''] = line.trim().split(/\s+/)
      if (type === '' || type.startsWith('#')) return []
      const key = Buffer.from(text, 'base64')
      // A certificate would revoke the key within it.
      if (keyType(key) !== type || type.includes('-cert-')) {
        throw new Error(`line ${index + 1} is no public key`)
      }
      return {
        ...({ marker: 'revoked', names: '*' } as const),
        ...{ key: key.toString('base64'), place: `${file}:${index + 1}` },
      }
    })
}
