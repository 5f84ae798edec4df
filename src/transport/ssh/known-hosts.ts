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
export function linesAbout(known: readonly KnownHost[], host: HostName): readonly KnownHost[] {
  const name = nameOf(host)
  const { plain, others, answers } = indexOf(known)
  const before = answers.get(name)
  if (before) return before
  const found = new Set([
    ...(plain.get(name) ?? []),
    ...others.filter(({ matches }) => matches(name)).map(({ line }) => line),
  ])
  const lines = found.size < 2 ? [...found] : known.filter((line) => found.has(line))
  answers.set(name, lines)
  return lines
}

interface Index {
  /** By each of their names: lines that hold names alone, as most do. */
  readonly plain: ReadonlyMap<string, readonly KnownHost[]>
  /** Those with patterns or hashed names. */
  readonly others: readonly { readonly line: KnownHost; readonly matches: (name: string) => boolean }[]
  /** What was found before, by name: each is looked up several times. */
  readonly answers: Map<string, readonly KnownHost[]>
}

const indexes = new WeakMap<readonly KnownHost[], Index>()

/** Made once for the lines of a fleet: for each of its hosts all would be looked through several times. */
function indexOf(known: readonly KnownHost[]): Index {
  const before = indexes.get(known)
  if (before) return before
  const plain = new Map<string, KnownHost[]>()
  const others: { line: KnownHost; matches: (name: string) => boolean }[] = []
  for (const line of known) {
    if (/[|*?!]/.test(line.names)) {
      others.push({ line, matches: matcherOf(line.names) })
      continue
    }
    for (const name of line.names.toLowerCase().split(',')) {
      const same = plain.get(name)
      if (same) same.push(line)
      else plain.set(name, [line])
    }
  }
  const index = { plain, others, answers: new Map<string, readonly KnownHost[]>() }
  indexes.set(known, index)
  return index
}

/**
 * Judges the key that a host shows, as OpenSSH does with `StrictHostKeyChecking yes`: on a port of its own, for which no
 * key is recorded, it may show one that is recorded for its plain name.
 */
export function judge(known: readonly KnownHost[], host: HostName, key: Buffer): Verdict {
  const shown = key.toString('base64')
  const has = (lines: readonly KnownHost[]) => lines.some((line) => line.key === shown)
  const about = linesAbout(known, host)
  const plain = linesAbout(known, { ...host, port: standardPort })
  if (has([...about, ...plain].filter(isRevocation))) return 'revoked'
  if (has(recordedFor(known, host))) return 'trusted'
  return about.every(isRevocation) ? 'unknown' : 'changed'
}

/** The lines with the keys that a host may show. */
export function recordedFor(known: readonly KnownHost[], host: HostName): readonly KnownHost[] {
  const recorded = linesAbout(known, host).filter((line) => !isRevocation(line))
  if (recorded.length > 0) return recorded
  return linesAbout(known, { ...host, port: standardPort }).filter((line) => !isRevocation(line))
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
  const types = new Set(recordedFor(known, host).map(({ key }) => keyType(Buffer.from(key, 'base64'))))
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

function matcherOf(names: string): (name: string) => boolean {
  if (names.startsWith('|')) return (name) => matchesHash(names, name)
  const patterns = names.toLowerCase().split(',')
  const not = patterns.filter((one) => one.startsWith('!')).map((one) => glob(one.slice(1)))
  const these = patterns.filter((one) => !one.startsWith('!')).map(glob)
  return (name) => !not.some((one) => one.test(name)) && these.some((one) => one.test(name))
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
