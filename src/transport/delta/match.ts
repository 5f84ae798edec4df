import { digestOf } from '../../core/digest.ts'
import { leaving, steps, sumOf } from './checksum.ts'
import { strongDigits, type Signature } from './signature.ts'

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

/** The blocks of an old file, ready to be looked up. */
export interface BlockIndex {
  readonly signature: Signature
  /** The numbers of blocks by their sum. */
  readonly known: ReadonlyMap<number, readonly number[]>
  /** Whether any sum begins with these bits. */
  readonly filter: Uint8Array
  /** How far a sum is shifted for that. */
  readonly shift: number
  readonly gone: Int32Array
}

/** The first bits of a sum tell at once that most windows match nothing: so many of them, and some more for each doubling of the sums. */
const filterBits = { least: 14, more: 6, most: 20 }

/** Takes milliseconds where there are many blocks: once for all parts of the new file in which they are looked for. */
export function indexBlocks(signature: Signature): BlockIndex {
  const { block, sums, digests } = signature
  const whole = sums.subarray(0, -1)
  const bits = Math.ceil(Math.log2(whole.length + 1)) + filterBits.more
  const shift = 32 - Math.min(filterBits.most, Math.max(filterBits.least, bits))
  const known = new Map<number, number[]>()
  const filter = new Uint8Array(2 ** (32 - shift))
  whole.forEach((sum, index) => {
    filter[sum >>> shift] = 1
    const same = known.get(sum)
    if (!same) known.set(sum, [index])
    // Of equal blocks, as in a run of zeros, one is enough.
    else if (same.every((other) => digests[other] !== digests[index])) same.push(index)
  })
  return { signature, known, filter, shift, gone: leaving(block) }
}

/**
 * Finds blocks of the old file at any place of the new one, which comes in chunks: the sum of a sliding window is looked
 * up, and its SHA-256 is compared where it is known.
 */
export async function findMatches(chunks: AsyncIterable<Uint8Array>, index: BlockIndex): Promise<Matches> {
  const { signature } = index
  const scan = scannerOf(index)
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
function scannerOf({ signature: { block, sums, digests }, known, filter, shift, gone }: BlockIndex) {
  const whole = sums.subarray(0, -1)
  let previous: Match | undefined

  const find = (sum: number, bytes: Uint8Array, at: number): number | undefined => {
    const same = known.get(sum)
    // Nearly always; and to cut the window out takes longer than to look its sum up.
    if (!same) return undefined
    const strong = strongOf(bytes.subarray(at, at + block))
    // The block that follows makes one long copy with the one before.
    const following = previous ? previous.block + 1 : 0
    if (whole[following] === sum && digests[following] === strong) return following
    return same.find((index) => digests[index] === strong)
  }

  /** The sum of the window that begins a byte later. */
  const slid = (sum: number, bytes: Uint8Array, at: number): number =>
    (sum << 8) ^ (steps[(sum >>> 24) ^ (bytes[at + block] ?? 0)] ?? 0) ^ (gone[bytes[at] ?? 0] ?? 0)

  return (bytes: Uint8Array, from: number, base: number, found: Match[]): number => {
    const last = bytes.length - block
    let at = from
    while (at <= last) {
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
        // Most of the time of a search goes by here: looked up in the same loop, a sum in a hundred makes all take a third more.
        while (at < last && filter[sum >>> shift] === 0) sum = slid(sum, bytes, at++)
        const index = find(sum, bytes, at)
        if (index !== undefined) {
          previous = { at: base + at, block: index }
          found.push(previous)
          at += block
          break
        }
        if (at === last) return at + 1
        sum = slid(sum, bytes, at++)
      }
    }
    return at
  }
}
