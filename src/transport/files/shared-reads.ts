import { readFileSync } from 'node:fs'
import { digestOf, type Digest } from '../../core/digest.ts'

/** Contents of small files that several want at about the same time: each is read once for all of them. */
export interface SharedReads {
  /**
   * Content of a file, which has this checksum; undefined where it has got another one since that was summed up.
   * @throws what `readFileSync` throws
   */
  readonly read: (path: string, digest: Digest) => Buffer | undefined
  /** Keeps what was read to sum it up, as long as there is room. */
  readonly note: (digest: Digest, content: Buffer) => void
  /** What was noted. */
  readonly noted: (digest: Digest) => Buffer | undefined
  /** Gives its room to the next run. */
  readonly forget: () => void
}

/** Of what was read for hosts. Bytes. */
const mostKept = 32_000_000
/** Of what was noted: it is wanted in the order in which it came, so that the first is worth more than the last. Bytes. */
const mostNoted = 64_000_000

export function shareReads(): SharedReads {
  const noted = new Map<Digest, Buffer>()
  let notedSize = 0
  const kept = new Map<Digest, Buffer>()
  let keptSize = 0
  /** They were read in the order in which they are kept. */
  const dropOldest = (): void => {
    for (const [digest, { length }] of kept) {
      if (keptSize <= mostKept) return
      kept.delete(digest)
      keptSize -= length
    }
  }
  return {
    read(path, digest) {
      const known = noted.get(digest) ?? kept.get(digest)
      if (known) return known
      const content = readFileSync(path)
      if (digestOf(content) !== digest) return undefined
      kept.set(digest, content)
      keptSize += content.length
      dropOldest()
      return content
    },
    note(digest, content) {
      if (noted.has(digest) || notedSize + content.length > mostNoted) return
      noted.set(digest, content)
      notedSize += content.length
    },
    noted: (digest) => noted.get(digest),
    forget() {
      noted.clear()
      kept.clear()
      notedSize = keptSize = 0
    },
  }
}
