import { readFileSync } from 'node:fs'
import type { Digest } from '../core/digest.ts'

/** Small files that hosts get at about the same time: each is read once for all of them. */
export interface SharedReads {
  /**
   * Content of a file, which is to have this checksum: what is kept under another one is not taken.
   * @throws what `readFileSync` throws
   */
  readonly read: (path: string, digest: Digest) => Buffer
}

/** Hosts of one run are hardly further apart; and content that was not what was planned is soon read anew. Milliseconds. */
const keptFor = 3_000
/** Bytes. */
const mostKept = 32_000_000

interface Kept {
  readonly at: number
  readonly content: Buffer
}

export function shareReads(now: () => number = () => performance.now()): SharedReads {
  const all = new Map<string, Kept>()
  let size = 0
  const drop = (key: string, { content }: Kept): void => {
    all.delete(key)
    size -= content.length
  }
  /** They were read in the order in which they are kept. */
  const dropOldest = (): void => {
    for (const [key, kept] of all) {
      if (size <= mostKept && now() - kept.at <= keptFor) return
      drop(key, kept)
    }
  }
  return {
    read(path, digest) {
      const key = `${digest} ${path}`
      const known = all.get(key)
      if (known && now() - known.at <= keptFor) return known.content
      const content = readFileSync(path)
      if (known) drop(key, known)
      all.set(key, { at: now(), content })
      size += content.length
      dropOldest()
      return content
    },
  }
}
