import { statSync, type BigIntStats } from 'node:fs'
import { systemCode } from '../../core/error.ts'

/** How a link leads to nothing beside a name that nobody has: through a file, to itself, to a name that no file can have. */
const nothing: ReadonlySet<string | undefined> = new Set(['ENOTDIR', 'ELOOP', 'ENAMETOOLONG'])

/** What a path leads to; undefined when that is nothing. Synchronous: for a thousand files several times as fast as promises. */
export function statThere(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    if (nothing.has(systemCode(error))) return undefined
    throw error
  }
}
