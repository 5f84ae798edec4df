import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { gzipped, unpacked } from '../../../src/transport/files/gzip.ts'
import { chunksOf } from '../../support/delta.ts'

function noise(length: number): Buffer {
  const parts: Buffer[] = []
  for (let i = 0; i * 64 < length; i++) parts.push(createHash('sha512').update(`${i}`).digest())
  return Buffer.concat(parts).subarray(0, length)
}
const megabyte = 1_048_576
const text = Buffer.alloc(20 * megabyte, 'every line like the other\n')
const mixed = Buffer.concat([noise(6 * megabyte), text.subarray(0, 6 * megabyte)])

/** Packs, each block being accepted after so long, and tells how large the blocks come out. */
async function packed(
  bytes: Buffer,
  each: number,
): Promise<{ readonly all: Buffer; readonly sizes: number[] }> {
  const parts: Buffer[] = []
  for await (const part of gzipped(chunksOf(bytes, 100_000))) {
    parts.push(part)
    if (each > 0) await sleep(each)
  }
  return { all: Buffer.concat(parts), sizes: parts.map(({ length }) => length) }
}

it.each([
  ['nothing', Buffer.alloc(0), 0],
  ['a byte', Buffer.from('x'), 0],
  ['what packs well', text, 0],
  ['what does not', noise(3 * megabyte), 0],
  ['both', mixed, 0],
  ['both, over a slow link', mixed, 20],
])('gives back %s', async (_, bytes, each) => {
  const { all } = await packed(bytes, each)
  expect(gunzipSync(all).equals(bytes)).toBe(true)
})

it('takes no time for what does not pack, and tries again now and then', async () => {
  // Far slower than any machine packs, however busy it is.
  const { sizes } = await packed(mixed, 150)
  const small = sizes.map((size) => size < megabyte / 4)
  expect(small.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => false))
  expect(small.at(-1)).toBe(true)
})

it.each([
  ['goes on over a link that is slow', 100, 0],
  ['stops where the link takes it as fast as it comes', 0, 8],
])('%s', async (_, each, least) => {
  const { sizes } = await packed(text, each)
  const plain = sizes.filter((size) => size > megabyte).length
  if (least === 0) expect(plain).toBe(0)
  else expect(plain).toBeGreaterThanOrEqual(least)
})

it.each([
  ['packed', Buffer.concat([Buffer.from('gzip -c\0'), gzipSync('1 2 ab cd')]), true, '1 2 ab cd'],
  ['not packed', Buffer.from('cat\x001 2 ab cd'), false, '1 2 ab cd'],
  ['cut short', Buffer.concat([Buffer.from('gzip -c\0'), gzipSync('1 2 ab cd').subarray(0, 12)]), true, ''],
])('what a host has signed, %s', (_, output, isPacked, body) => {
  expect(unpacked(output)).toEqual({ packed: isPacked, body })
})
