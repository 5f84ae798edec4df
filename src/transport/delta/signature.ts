import { fromCksum } from './checksum.ts'

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

/** Bytes. The checksums of larger ones would cost little less, and those of smaller ones are few anyway. */
const blockLimits = { least: 2_048, most: 65_536 }

/**
 * The length of blocks for a file, a power of two so that it can be cut in finer parts. Coarse: what a block that has changed
 * holds is asked for later (`questionAfter`).
 */
export const blockFor = (size: number): number =>
  Math.min(blockLimits.most, Math.max(blockLimits.least, 2 ** Math.round(Math.log2(9 * Math.sqrt(size)))))

/** Reads a line `index size sums digests` of `script.ts`; undefined where it is not complete. */
export function parseSignature(
  line: string,
  blockOf: (index: number) => number | undefined,
): { readonly index: number; readonly signature: Signature } | undefined {
  const match = /^(\d+) (\d+) ([0-9a-f]+ [0-9a-f]+)$/.exec(line)
  if (!match) return undefined
  const [, index, size, all = ''] = match.map(String)
  const block = blockOf(Number(index))
  if (block === undefined) return undefined
  const sums = parseSums(all, Math.floor(Number(size) / block) + 1, block)
  return sums && { index: Number(index), signature: { block, size: Number(size), ...sums } }
}

/** Reads `sums digests` of so many blocks; undefined where they are not complete. */
export function parseSums(
  text: string,
  count: number,
  block: number,
): Pick<Signature, 'sums' | 'digests'> | undefined {
  const [sums = '', digests = ''] = text.split(' ')
  if (sums.length !== count * sumDigits || digests.length !== count * strongDigits) return undefined
  return {
    sums: Int32Array.from(cut(sums, sumDigits), (sum) => fromCksum(parseInt(sum, 16), block)),
    digests: cut(digests, strongDigits),
  }
}

const cut = (text: string, length: number): readonly string[] =>
  Array.from({ length: text.length / length }, (_, i) => text.slice(i * length, (i + 1) * length))
