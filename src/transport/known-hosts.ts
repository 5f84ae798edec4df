import { createHash, createHmac } from 'node:crypto'
import type { ServerHostKeyAlgorithm } from 'ssh2'

/** One line of a known_hosts file. */
export interface KnownHost {
  readonly marker: 'revoked' | undefined
  /** Patterns separated by commas, or a salted hash of one name. */
  readonly names: string
  /** In base64, as the file holds it. */
  readonly key: string
  /** `~/.ssh/known_hosts:12`. */
  readonly place: string
}

/** What known_hosts says about the key that a host shows. */
export type Verdict = 'trusted' | 'unknown' | 'changed' | 'revoked'

/** Under which name a host is looked up. */
export interface HostName {
  readonly address: string
  readonly port: number
  /** Looked up instead of address and port. */
  readonly alias?: string | undefined
}

/** Reads the lines of one file. Certificates are not used: lines with `@cert-authority` are left out. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.trim().split(/\s+/)
    const marked = words[0]?.startsWith('@') === true ? words.shift() : undefined
    const [names, type, key] = words
    if (!names || names.startsWith('#') || !type || !key) return []
    if (marked !== undefined && marked !== '@revoked') return []
    return [{ marker: marked ? 'revoked' : undefined, names, key, place: `${file}:${index + 1}` } as const]
  })
}

/** The lines about a host. Revocations are among them. */
export const linesAbout = (known: readonly KnownHost[], host: HostName): readonly KnownHost[] =>
  known.filter(({ names }) => matches(names, nameOf(host)))

/**
 * Judges the key that a host shows, as OpenSSH does with `StrictHostKeyChecking yes`: on a port of its own it may also
 * show the key that is recorded for its plain name.
 */
export function judge(known: readonly KnownHost[], host: HostName, key: Buffer): Verdict {
  const shown = key.toString('base64')
  const has = (lines: readonly KnownHost[]) => lines.some((line) => line.key === shown)
  const about = linesAbout(known, host)
  const plain = linesAbout(known, { ...host, port: standardPort })
  if (has([...about, ...plain].filter(isRevocation))) return 'revoked'
  const recorded = about.filter((line) => !isRevocation(line))
  if (has(recorded) || has(plain.filter((line) => !isRevocation(line)))) return 'trusted'
  return recorded.length > 0 ? 'changed' : 'unknown'
}

/** In the order in which they are asked for when nothing is recorded. */
const algorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

/**
 * The algorithms to ask a host for: those of its recorded keys first, else it may show another of its keys, which looks
 * like a stranger's. The others follow, so that a host which lost its key is refused by its key and not by a failed
 * negotiation.
 */
export function algorithmsFor(known: readonly KnownHost[], host: HostName): ServerHostKeyAlgorithm[] {
  const plain = linesAbout(known, { ...host, port: standardPort })
  const recorded = [...linesAbout(known, host), ...plain].filter((line) => !isRevocation(line))
  const types = new Set(recorded.map(({ key }) => keyType(Buffer.from(key, 'base64'))))
  const isRecorded = (algorithm: ServerHostKeyAlgorithm) =>
    types.has(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm)
  return [...algorithms.filter(isRecorded), ...algorithms.filter((one) => !isRecorded(one))]
}

/** The type that a public key says it has. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return ''
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0))
}

/** As `ssh-keygen -l` shows it: `SHA256:…`. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** The line that makes a key known. */
export const knownHostsLine = (host: HostName, key: Buffer): string =>
  `${nameOf(host)} ${keyType(key)} ${key.toString('base64')}`

const standardPort = 22

/** As known_hosts writes it. */
export function nameOf({ address, port, alias }: HostName): string {
  if (alias !== undefined) return alias.toLowerCase()
  return (port === standardPort ? address : `[${address}]:${port}`).toLowerCase()
}

const isRevocation = ({ marker }: KnownHost): boolean => marker === 'revoked'

function matches(names: string, name: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, name)
  const patterns = names.toLowerCase().split(',')
  if (patterns.some((pattern) => pattern.startsWith('!') && glob(pattern.slice(1)).test(name))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && glob(pattern).test(name))
}

/** `|1|salt|HMAC-SHA1 of the name`. */
function matchesHash(names: string, name: string): boolean {
  const [, version, salt, hash] = names.split('|')
  if (version !== '1' || !salt || !hash) return false
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[^*?]/gu, escape).replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su')

const escape = (character: string): string =>
  /[\w-]/.test(character)
    ? character.replace('-', '\\x2d')
    : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
