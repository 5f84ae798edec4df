import { digestOf } from '../core/digest.ts'
import { leaving, steps, sumOf } from './delta-checksum.ts'
import { strongDigits, type Signature } from './delta-signature.ts'

/** A block of the old file that also is in the new one. */
export interface Match {
  /** Its place in the new file. Bytes. */
  readonly at: number
  readonly block: number
}

export interface Matches {
  /** In the order of the new file, none overlapping another. */
  readonly blocks: readonly Match[]
  /** Whether the last bytes of both, as many as a block has, are equal. */
  readonly sameEnd: boolean
  /** Bytes of the new file. */
  readonly size: number
}

/** So many bits of a sum tell at once that most windows match nothing. */
const filterBits = 20

/**
 * Finds blocks of the old file at any place of the new one, which comes in chunks: the sum of a sliding window is looked
 * up, and its SHA-256 is compared where it is known.
 */
export async function findMatches(chunks: AsyncIterable<Uint8Array>, signature: Signature): Promise<Matches> {
  const scan = scannerOf(signature)
  const blocks: Match[] = []
  const { block } = signature
  let rest: Uint8Array = new Uint8Array(0)
  let base = 0
  let from = 0
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const next = scan(bytes, from, base, blocks)
    // The end is wanted even where a block has been found in it.
    const keep = Math.max(0, Math.min(next, bytes.length - block))
    rest = bytes.subarray(keep)
    from = next - keep
    base += keep
  }
  const size = base + rest.length
  const last = signature.sums.length - 1
  const sameEnd = rest.length >= block && isBlock(signature, last, rest.subarray(rest.length - block))
  return { blocks, sameEnd, size }
}

const strongOf = (bytes: Uint8Array): string => digestOf(bytes).slice(0, strongDigits)

const isBlock = ({ sums, digests }: Signature, index: number, bytes: Uint8Array): boolean =>
  sums[index] === sumOf(bytes) && digests[index] === strongOf(bytes)

/** Adds what is found from a place on; returns the first place at which no whole block fits any more. */
function scannerOf(signature: Signature) {
  const { block, sums, digests } = signature
  const gone = leaving(block)
  const whole = sums.subarray(0, -1)
  const known = new Map<number, number[]>()
  const filter = new Uint8Array(1 << filterBits)
  whole.forEach((sum, index) => {
    filter[sum >>> (32 - filterBits)] = 1
    const same = known.get(sum)
    if (!same) known.set(sum, [index])
    // Of equal blocks, as in a run of zeros, one is enough.
    else if (same.every((other) => digests[other] !== digests[index])) same.push(index)
  })
  let previous: Match | undefined

  const find = (sum: number, bytes: Uint8Array): number | undefined => {
    const same = known.get(sum)
    if (!same) return undefined
    const strong = strongOf(bytes)
    // The block that follows makes one long copy with the one before.
    const following = previous ? previous.block + 1 : 0
    if (whole[following] === sum && digests[following] === strong) return following
    return same.find((index) => digests[index] === strong)
  }

  return (bytes: Uint8Array, from: number, base: number, found: Match[]): number => {
    let at = from
    while (at + block <= bytes.length) {
      // Where files are equal for long, as most are, this takes a fifth of the time; a false one is found out at the end.
      const following = previous && previous.at + block === base + at ? previous.block + 1 : whole.length
      if (following < whole.length && digests[following] === strongOf(bytes.subarray(at, at + block))) {
        previous = { at: base + at, block: following }
        found.push(previous)
        at += block
        continue
      }
      let sum = sumOf(bytes.subarray(at, at + block))
      for (;;) {
        if (filter[sum >>> (32 - filterBits)] === 1) {
          const index = find(sum, bytes.subarray(at, at + block))
          if (index !== undefined) {
            previous = { at: base + at, block: index }
            found.push(previous)
            at += block
            break
          }
        }
        const entering = bytes[at + block]
        if (entering === undefined) return at + 1
        sum = (sum << 8) ^ (steps[(sum >>> 24) ^ entering] ?? 0) ^ (gone[bytes[at] ?? 0] ?? 0)
        at++
      }
    }
    return at
  }
}
