import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import ssh2, { type ParsedKey } from 'ssh2'
import { ProvisionError, reasonOf, systemCode, unreadReason } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'

/** What the file of a key holds. */
export type KeyFile =
  | { readonly kind: 'private'; readonly key: ParsedKey }
  /** A private key that needs a passphrase; here is its public half, where that can be read. */
  | { readonly kind: 'encrypted'; readonly key: ParsedKey | undefined }
  /** The public half of a key that an agent may hold. */
  | { readonly kind: 'public'; readonly key: ParsedKey }

/**
 * Reads the file of a key for a host.
 * @throws ProvisionError `host` when it cannot be used
 */
export type ReadKey = (host: string, path: string) => Promise<KeyFile>

/** Parsing is dear: a key that many hosts share is parsed once, as long as its file stays as it is. */
export function keyReader(): ReadKey {
  const known = new Map<string, { readonly content: Buffer; readonly file: KeyFile }>()
  return async (host, path) => {
    const content = await readFile(path).catch((error: unknown) => unreadable(host, path, error))
    if (content instanceof ProvisionError) {
      // Of a key that only an agent holds OpenSSH, too, takes the public half beside it.
      const key = systemCode(content.cause) === 'ENOENT' ? await publicKeyAt(`${path}.pub`) : undefined
      if (key === undefined) throw content
      return { kind: 'public', key }
    }
    const before = known.get(path)
    if (before?.content.equals(content)) return before.file
    const file = await keyIn(host, path, content)
    known.set(path, { content, file })
    return file
  }
}

async function keyIn(host: string, path: string, content: Buffer): Promise<KeyFile> {
  const key = ssh2.utils.parseKey(content)
  if (!(key instanceof Error)) return { kind: key.isPrivateKey() ? 'private' : 'public', key }
  const [cipher, , , open] = openFieldsOf(content)
  if (isLocked(content) || (cipher !== undefined && cipher.toString('latin1') !== 'none')) {
    const ownHalf = open && parsed(open)
    return { kind: 'encrypted', key: ownHalf ?? (await publicKeyAt(`${path}.pub`)) }
  }
  throw new ProvisionError('host', `${host}: ${path} holds no private key that can be used`, {
    output: reasonOf(key),
    help: 'make one in a format that is known: ssh-keygen -t ed25519',
    cause: key,
  })
}

function unreadable(host: string, path: string, error: unknown): ProvisionError {
  return new ProvisionError('host', `${host}: the key file ${path} ${unreadReason(error)}`, {
    help: systemCode(error) === 'EACCES' ? `make it yours: chown "$USER" ${path}` : 'correct identityFile',
    cause: error,
  })
}

/** Whether a header says that a key needs a passphrase. */
const isLocked = (content: Buffer): boolean =>
  /^(Proc-Type: 4,ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----)/m.test(content.toString('latin1'))

/** What OpenSSH's own format leaves open: cipher, key derivation, its options, public key; nothing of other formats. */
function openFieldsOf(content: Buffer): readonly Buffer[] {
  const text = content.toString('latin1')
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1] ?? ''
  const bytes = Buffer.from(body, 'base64')
  const magic = 'openssh-key-v1\0'
  if (bytes.toString('latin1', 0, magic.length) !== magic) return []
  const fields: Buffer[] = []
  let at = magic.length
  // Before the public key stands how many there are.
  for (const gap of [0, 0, 0, 4]) {
    const start = at + gap + 4
    if (start > bytes.length) break
    at = start + bytes.readUInt32BE(start - 4)
    fields.push(bytes.subarray(start, at))
  }
  return fields
}

const publicKeyAt = (path: string): Promise<ParsedKey | undefined> =>
  readFile(path).then(parsed, () => undefined)

function parsed(text: Buffer | string): ParsedKey | undefined {
  const key = ssh2.utils.parseKey(text)
  return key instanceof Error ? undefined : key
}

/** Whether a line of two words, type and key, holds a public key that is whole: a file may have been cut off. */
export function isPublicKey(type: string, key: string): boolean {
  const bytes = Buffer.from(key, 'base64')
  if (bytes.toString('base64') !== key || bytes.length < 4) return false
  return parsed(`${type} ${key}`)?.getPublicSSH().equals(bytes) === true
}

/** Whether these are the two halves of one key, both whole. */
export function isKeyPair(privateKey: string, publicKey: string): boolean {
  const own = parsed(privateKey)
  if (!own?.isPrivateKey()) return false
  const [, key = ''] = publicKey.trim().split(/\s+/)
  return own.getPublicSSH().toString('base64') === key
}

/** Whether the files by which we enter a host of our own are there and whole. */
export function hasKeyFiles({ identityFile, knownHosts, hostKeyAlias }: SshTarget): boolean {
  if (parsed(textOf(identityFile ?? '')) === undefined) return false
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
