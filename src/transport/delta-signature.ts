import { fromCksum } from './delta-checksum.ts'

/** What a host says of the file that is to be replaced: short checksums of its blocks, all of one length. */
export interface Signature {
  /** Bytes of a block. */
  readonly block: number
  /** Bytes of the file. */
  readonly size: number
  /** Of each whole block from the start, and then of the last `block` bytes of the file; see `sumOf`. */
  readonly sums: Int32Array
  /** The beginning of each one's SHA-256, `strongDigits` hexadecimal digits. */
  readonly digests: readonly string[]
}

/**
 * With the 32 bits of the sum 56, so that a false match, which costs a transfer of the whole file, is met once in some
 * 100,000 files of 50 MB. The same as rsync spends.
 */
export const strongDigits = 6
const sumDigits = 8

/** Bytes. Below, a signature is small anyway; above, one changed byte would cost too much. */
const blockLimits = { least: 2_048, most: 65_536 }

/**
 * The length of blocks for a file. The signature takes 7 bytes a block, and a change about 1.5 blocks: for 2 changes
 * that is least at 1.5 times the square root of the size.
 */
export const blockFor = (size: number): number =>
  Math.min(blockLimits.most, Math.max(blockLimits.least, Math.ceil((1.5 * Math.sqrt(size)) / 512) * 512))

/** Reads a line `index size sums digests` of `delta-script.ts`; undefined where it is not complete. */
export function parseSignature(
  line: string,
  blockOf: (index: number) => number | undefined,
): { readonly index: number; readonly signature: Signature } | undefined {
  const match = /^(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+)$/.exec(line)
  if (!match) return undefined
  const [, index, size, sums = '', digests = ''] = match.map(String)
  const block = blockOf(Number(index))
  if (block === undefined) return undefined
  const count = Math.floor(Number(size) / block) + 1
  if (sums.length !== count * sumDigits || digests.length !== count * strongDigits) return undefined
  return {
    index: Number(index),
    signature: {
      block,
      size: Number(size),
      sums: Int32Array.from(cut(sums, sumDigits), (sum) => fromCksum(parseInt(sum, 16), block)),
      digests: cut(digests, strongDigits),
    },
  }
}

const cut = (text: string, length: number): readonly string[] =>
  Array.from({ length: text.length / length }, (_, i) => text.slice(i * length, (i + 1) * length))
