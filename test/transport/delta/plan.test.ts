import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMatches, indexBlocks } from '../../../src/transport/delta/match.ts'
import { bytesToSend, piecesOf, runsOf, worthTaking } from '../../../src/transport/delta/plan.ts'
import { blockFor, parseSignature } from '../../../src/transport/delta/signature.ts'
import { assembled, chunksOf, signatureOf } from '../../support/delta.ts'

/** Bytes that look random and are always the same. */
function noise(length: number, seed = 'noise'): Buffer {
  const parts: Buffer[] = []
  for (let i = 0; i * 32 < length; i++) parts.push(createHash('sha256').update(`${seed} ${i}`).digest())
  return Buffer.concat(parts).subarray(0, length)
}

async function planned(old: Uint8Array, fresh: Uint8Array, block: number, chunk = 1_000, rate?: number) {
  const signature = signatureOf(old, block)
  const matches = await findMatches(chunksOf(fresh, chunk), indexBlocks(signature))
  expect(matches.size).toBe(fresh.length)
  const pieces = piecesOf(worthTaking(runsOf(matches.blocks, block), rate), matches, block)
  expect(assembled(pieces, old, fresh).equals(fresh)).toBe(true)
  return { pieces, toSend: bytesToSend(pieces) }
}

const block = 64
const old = noise(10_000)
const at = (from: number, to?: number) => old.subarray(from, to)

describe('what is sent of a file', () => {
  it.each<readonly [string, Buffer, Buffer, number, number]>([
    ['the same', old, old, 0, 2],
    ['a byte put in front', old, Buffer.concat([Buffer.from('x'), old]), 1, 3],
    ['a byte changed', old, Buffer.concat([at(0, 5_000), Buffer.from('x'), at(5_001)]), block, 4],
    ['some put in between', old, Buffer.concat([at(0, 5_000), noise(100, 'b'), at(5_000)]), 100 + block, 4],
    ['some taken away', old, Buffer.concat([at(0, 3_000), at(4_000)]), 2 * block, 4],
    ['cut off', old, at(0, 6_400), 0, 1],
    ['more at the end', old, Buffer.concat([old, noise(300, 'c')]), 300 + block, 2],
    ['halves changed over', old, Buffer.concat([at(5_000), at(0, 5_000)]), 3 * block, 5],
    ['nothing of it left', old, noise(10_000, 'd'), 10_000, 1],
    ['empty', old, Buffer.alloc(0), 0, 0],
    ['shorter than a block', old, at(0, 10), 10, 1],
    ['zeros, and more of them', Buffer.alloc(5_000), Buffer.alloc(8_000), 0, 3],
  ])('%s', async (_, before, fresh, mostToSend, mostPieces) => {
    const { pieces, toSend } = await planned(before, fresh, block)
    expect(toSend).toBeLessThanOrEqual(mostToSend)
    expect(pieces.length).toBeLessThanOrEqual(mostPieces)
  })

  it('makes the new file after any edits, however its chunks are cut', async () => {
    const edit = fc.record({
      from: fc.nat(3_000),
      length: fc.oneof(fc.constant(0), fc.nat(200)),
      put: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ maxLength: 100 })),
    })
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 16, maxLength: 3_000 }),
      // Equal blocks many times over.
      fc.array(fc.constantFrom(0, 1), { minLength: 16, maxLength: 3_000 }).map((few) => Uint8Array.from(few)),
      fc.integer({ min: 16, max: 3_000 }).map((length) => new Uint8Array(length)),
    )
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.array(edit, { maxLength: 6 }),
        fc.integer({ min: 8, max: 16 }),
        fc.integer({ min: 1, max: 500 }),
        async (before, edits, length, chunk) => {
          let fresh: Uint8Array = before
          for (const { from, length: gone, put } of edits)
            fresh = Buffer.concat([fresh.subarray(0, from), put, fresh.subarray(from + gone)])
          await planned(before, fresh, length, chunk)
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([
    ['at a rate that nobody knows', undefined, 500],
    ['at 20 MB/s', 20_000_000, 500],
    ['where a part takes the host longer than the link', 12_000, 500],
    ['where none does', 4_000, 2_401],
  ])('takes the longest parts of the old file where there are very many, %s', async (_, rate, mostParts) => {
    const before = noise(40_000)
    const parts: Buffer[] = []
    for (let i = 0; i < 2_400; i++) parts.push(before.subarray(i * 16, (i + 1) * 16), Buffer.from([i]))
    parts.push(before.subarray(0, 1_600))
    const { pieces } = await planned(before, Buffer.concat(parts), 16, 1_000, rate)
    expect(pieces.filter(({ from }) => from === 'old').length).toBe(mostParts)
    expect(pieces).toContainEqual({ from: 'old', unit: 16, block: 0, count: 100 })
  })
})

describe('a signature', () => {
  it.each([
    ['not a line of it', 'sh: split: not found'],
    ['of a file that nobody asked for', `7 64 ${'0'.repeat(16)} ${'0'.repeat(12)}`],
    ['cut short', `1 128 ${'0'.repeat(24)} ${'0'.repeat(12)}`],
    ['without sums', '1 64  '],
  ])('is not read: %s', (_, line) => {
    expect(parseSignature(line, (index) => (index === 1 ? 64 : undefined))).toBeUndefined()
  })

  it.each([
    [50_000, 2_048],
    [1_000_000, 8_192],
    [10_000_000, 32_768],
    [50_000_000, 65_536],
    [100_000_000_000, 65_536],
  ])('of %d bytes has blocks of %d', (size, length) => {
    expect(blockFor(size)).toBe(length)
  })
})
