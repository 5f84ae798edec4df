import { readFileSync } from 'node:fs'
import ssh2 from 'ssh2'
import type { SshTarget } from '../core/host.ts'

/** Whether a line of two words, type and key, holds a public key that is whole: a file may have been cut off. */
export function isPublicKey(type: string, key: string): boolean {
  const bytes = Buffer.from(key, 'base64')
  if (bytes.toString('base64') !== key || bytes.length < 4) return false
  const parsed = ssh2.utils.parseKey(`${type} ${key}`)
  return !(parsed instanceof Error) && parsed.getPublicSSH().equals(bytes)
}

/** Whether these are the two halves of one key, both whole. */
export function isKeyPair(privateKey: string, publicKey: string): boolean {
  const parsed = ssh2.utils.parseKey(privateKey)
  if (parsed instanceof Error || !parsed.isPrivateKey()) return false
  const [, key = ''] = publicKey.trim().split(/\s+/)
  return parsed.getPublicSSH().toString('base64') === key
}

/** Whether the files by which we enter a host of our own are there and whole. */
export function hasKeyFiles({ identityFile, knownHosts, hostKeyAlias }: SshTarget): boolean {
  const parsed = ssh2.utils.parseKey(textOf(identityFile ?? ''))
  if (parsed instanceof Error) return false
  const lines = knownHosts.flatMap((file) => textOf(file).split('\n'))
  return lines.some((line) => {
    const [name, type = '', key = ''] = line.split(' ')
    return (hostKeyAlias === undefined || name === hostKeyAlias) && isPublicKey(type, key)
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
