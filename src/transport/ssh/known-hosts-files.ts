import { readFile, stat } from 'node:fs/promises'
import { ProvisionError, systemCode, unreadReason } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import { parseKnownHosts, type KnownHost } from './known-hosts.ts'
import { parseRevokedKeys } from './revoked-keys.ts'

interface Read {
  /** Of the file when it was read. */
  readonly stamp: string
  readonly lines: readonly KnownHost[]
}

/**
 * The lines of a target's known_hosts files, those that are not there left out, and its revoked keys as lines about all
 * hosts; the same array as long as the files stay as they are.
 * @throws ProvisionError `host` when one cannot be read, or one of revoked keys is not there
 */
export type ReadKnown = (
  target: Pick<SshTarget, 'name' | 'knownHosts' | 'revokedHostKeys'>,
) => Promise<readonly KnownHost[]>

/** Hosts of a fleet share their files, and reading one takes longer for each host that it holds. */
export function knownHostsReader(): ReadKnown {
  const knownAt = fileReader(knownIn)
  const revokedAt = fileReader(revokedIn)
  /** By paths. */
  const joined = new Map<string, { readonly parts: readonly Read[]; readonly lines: readonly KnownHost[] }>()
  return async ({ name, knownHosts, revokedHostKeys = [] }) => {
    const unread = (path: string, help: string) => (error: unknown) => {
      throw new ProvisionError('host', `${name}: ${path} ${unreadReason(error)}`, {
        help: systemCode(error) === 'EACCES' ? 'correct its owner and mode' : help,
        cause: error,
      })
    }
    const parts = await Promise.all([
      ...knownHosts.map((path) => knownAt(path).catch(unread(path, 'name a file of host keys: knownHosts'))),
      ...revokedHostKeys.map((path) =>
        revokedAt(path).catch(
          unread(path, "name a file of public keys, one a line: RevokedHostKeys in OpenSSH's configuration"),
        ),
      ),
    ])
    const key = [...knownHosts, '', ...revokedHostKeys].join('\0')
    const before = joined.get(key)
    if (before && parts.every((part, i) => part === before.parts[i])) return before.lines
    const lines = parts.flatMap((part) => part.lines)
    joined.set(key, { parts, lines })
    return lines
  }
}

/** Reads files again only when they have changed. */
function fileReader(
  linesIn: (path: string) => Promise<readonly KnownHost[]>,
): (path: string) => Promise<Read> {
  const files = new Map<string, Promise<Read>>()
  return async (path) => {
    const before = files.get(path)
    const stamp = await stampOf(path)
    const known = await before
    if (known?.stamp === stamp) return known
    // Somebody else may read it already.
    const under = files.get(path)
    if (under && under !== before) return under
    const reading = linesIn(path).then((lines) => ({ stamp, lines }))
    files.set(path, reading)
    reading.catch(() => files.delete(path))
    return reading
  }
}

async function knownIn(path: string): Promise<readonly KnownHost[]> {
  try {
    return parseKnownHosts(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}

const revokedIn = async (path: string): Promise<readonly KnownHost[]> =>
  parseRevokedKeys(await readFile(path), path)

/** Changes with the file; empty when there is none. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return ''
    throw error
  }
}
