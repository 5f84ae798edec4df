import { readFileSync } from 'node:fs'
import type { Digest } from '../../core/digest.ts'

/** Contents of small files that several want at about the same time: each is read once for all of them. */
export interface SharedReads {
  /**
   * Content of a file, which is to have this checksum: what is kept under another one is not taken.
   * @throws what `readFileSync` throws
   */
  readonly read: (path: string, digest: Digest) => Buffer
  /** Keeps what was read to sum it up, as long as there is room. */
  readonly note: (digest: Digest, content: Buffer) => void
  /** What was noted. */
  readonly noted: (digest: Digest) => Buffer | undefined
}

/** Hosts of one run are hardly further apart; and content that was not what was planned is soon read anew. Milliseconds. */
const keptFor = 3_000
/** Of what was read for hosts. Bytes. */
const mostKept = 32_000_000
/** Of what was noted: it is wanted in the order in which it came, so that the first is worth more than the last. Bytes. */
const mostNoted = 64_000_000

interface Kept {
  readonly at: number
  readonly content: Buffer
}

export function shareReads(now: () => number = () => performance.now()): SharedReads {
  const noted = new Map<Digest, Buffer>()
  let notedSize = 0
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
      const surely = noted.get(digest)
      if (surely) return surely
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
    note(digest, content) {
      if (noted.has(digest) || notedSize + content.length > mostNoted) return
      noted.set(digest, content)
      notedSize += content.length
    },
    noted: (digest) => noted.get(digest),
  }
}
