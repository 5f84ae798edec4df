import { readFile, stat } from 'node:fs/promises'
import { ProvisionError, systemCode, unreadReason } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import { parseKnownHosts, type KnownHost } from './known-hosts.ts'

interface Read {
  /** Of the file when it was read. */
  readonly stamp: string
  readonly lines: readonly KnownHost[]
}

/**
 * The lines of a target's known_hosts files, those that are not there left out; the same array as long as they stay as they are.
 * @throws ProvisionError `host` when one cannot be read
 */
export type ReadKnown = (target: Pick<SshTarget, 'name' | 'knownHosts'>) => Promise<readonly KnownHost[]>

/** Hosts of a fleet share their files, and reading one takes longer for each host that it holds. */
export function knownHostsReader(): ReadKnown {
  const fileAt = fileReader()
  /** By paths. */
  const joined = new Map<string, { readonly parts: readonly Read[]; readonly lines: readonly KnownHost[] }>()
  return async ({ name, knownHosts }) => {
    const parts = await Promise.all(
      knownHosts.map((path) =>
        fileAt(path).catch((error: unknown) => {
          throw new ProvisionError('host', `${name}: ${path} ${unreadReason(error)}`, {
            help:
              systemCode(error) === 'EACCES'
                ? 'correct its owner and mode'
                : 'name a file of host keys: knownHosts',
            cause: error,
          })
        }),
      ),
    )
    const key = knownHosts.join('\0')
    const before = joined.get(key)
    if (before && parts.every((part, i) => part === before.parts[i])) return before.lines
    const lines = parts.flatMap((part) => part.lines)
    joined.set(key, { parts, lines })
    return lines
  }
}

function fileReader(): (path: string) => Promise<Read> {
  const files = new Map<string, Promise<Read>>()
  return async (path) => {
    const before = files.get(path)
    const stamp = await stampOf(path)
    const known = await before
    if (known?.stamp === stamp) return known
    // Somebody else may read it already.
    const under = files.get(path)
    if (under && under !== before) return under
    const reading = readNow(path, stamp)
    files.set(path, reading)
    reading.catch(() => files.delete(path))
    return reading
  }
}

async function readNow(path: string, stamp: string): Promise<Read> {
  return { stamp, lines: stamp === '' ? [] : parseKnownHosts(await readFile(path, 'utf8'), path) }
}

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
