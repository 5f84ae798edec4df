import { digestOf } from '../../src/core/digest.ts'
import { sumOf } from '../../src/transport/delta/checksum.ts'
import type { Piece } from '../../src/transport/delta/plan.ts'
import type { Question } from '../../src/transport/delta/refine.ts'
import { strongDigits, type Signature } from '../../src/transport/delta/signature.ts'

/** What a host would say of a file. */
export function signatureOf(old: Uint8Array, block: number): Signature {
  const whole = Array.from({ length: Math.floor(old.length / block) }, (_, i) =>
    old.subarray(i * block, (i + 1) * block),
  )
  const blocks = [...whole, old.subarray(old.length - block)]
  return {
    block,
    size: old.length,
    sums: Int32Array.from(blocks, sumOf),
    digests: blocks.map((bytes) => digestOf(bytes).slice(0, strongDigits)),
  }
}

/** What a host would say of parts of a file. */
export function partsOf(old: Uint8Array, { block, ranges }: Question): Pick<Signature, 'sums' | 'digests'> {
  const blocks = ranges.flatMap(({ first, count }) =>
    Array.from({ length: count }, (_, i) => old.subarray((first + i) * block, (first + i + 1) * block)),
  )
  return {
    sums: Int32Array.from(blocks, sumOf),
    digests: blocks.map((bytes) => digestOf(bytes).slice(0, strongDigits)),
  }
}

/** What the pieces make of the old file and of what is sent. */
export function assembled(pieces: readonly Piece[], old: Uint8Array, fresh: Uint8Array): Buffer {
  return Buffer.concat(
    pieces.map((piece) => {
      if (piece.from === 'old')
        return old.subarray(piece.block * piece.unit, (piece.block + piece.count) * piece.unit)
      if (piece.from === 'old-end') return old.subarray(old.length - piece.length)
      return fresh.subarray(piece.at, piece.at + piece.length)
    }),
  )
}

/** Bytes as they come from a file. */
export async function* chunksOf(
  bytes: Uint8Array,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += length)
    yield await Promise.resolve(bytes.subarray(at, at + length))
}
