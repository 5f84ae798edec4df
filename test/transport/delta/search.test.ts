import { createHash } from 'node:crypto'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { bytesToSend } from '../../../src/transport/delta/plan.ts'
import { sumsAsked, type Question } from '../../../src/transport/delta/refine.ts'
import { searchPieces, type Searches } from '../../../src/transport/delta/search.ts'
import { blockFor, type Signature } from '../../../src/transport/delta/signature.ts'
import { assembled, partsOf, signatureOf } from '../../support/delta.ts'

let root = ''
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'provision-search-'))))
afterAll(() => rm(root, { recursive: true }))

function noise(length: number, seed = 'noise'): Buffer {
  const parts: Buffer[] = []
  for (let i = 0; i * 32 < length; i++) parts.push(createHash('sha256').update(`${seed} ${i}`).digest())
  return Buffer.concat(parts).subarray(0, length)
}

type Answer = Pick<Signature, 'sums' | 'digests'> | undefined

interface Given {
  readonly block?: number
  readonly searches?: Searches
  readonly answer?: (question: Question) => Answer
  /** Bytes a second. */
  readonly rate?: number | undefined
}

/** Searches for a file in another, and puts the new one together again from what was found. */
async function searched(old: Buffer, fresh: Buffer, given: Given = {}) {
  const block = given.block ?? blockFor(fresh.length)
  const path = join(root, digestOf(fresh))
  await writeFile(path, fresh)
  const file = await open(path)
  const asked: Question[] = []
  const answer = given.answer ?? ((question: Question) => partsOf(old, question))
  try {
    const { pieces, size } = await searchPieces(signatureOf(old, block), {
      file,
      digest: digestOf(fresh),
      searches: given.searches ?? new Map<string, never>(),
      rateFor: () => Promise.resolve(given.rate),
      ask: (question) => {
        asked.push(question)
        return Promise.resolve(answer(question))
      },
      signal: new AbortController().signal,
    })
    expect(size).toBe(fresh.length)
    expect(assembled(pieces, old, fresh).equals(fresh)).toBe(true)
    const sums = asked.reduce((sum, question) => sum + sumsAsked(question), 0)
    return { pieces, toSend: bytesToSend(pieces), asked: asked.length, answered: 7 * sums }
  } finally {
    await file.close()
  }
}

const old = noise(4_000_000)
const at = (from: number, to?: number) => old.subarray(from, to)
const put = (place: number, ...bytes: readonly Buffer[]) => Buffer.concat([at(0, place), ...bytes, at(place)])
const entries = Array.from({ length: 40 }, (_, i) => at(i * 100_000, (i + 1) * 100_000))
const scattered = Buffer.from(old)
for (let place = 20_000; place < old.length; place += 100_000) scattered.writeUInt32LE(7, place)

describe('what is sent of a file of 4 MB, and how many bytes of checksums are asked for besides', () => {
  it.each<readonly [string, Buffer, Buffer, number, number]>([
    ['the same', old, old, 0, 0],
    ['a byte changed', old, Buffer.concat([at(0, 2_000_000), Buffer.from('x'), at(2_000_001)]), 513, 300],
    ['some put in near the start', old, put(1_000, noise(20_000, 'b')), 20_700, 300],
    ['some put in near the end', old, put(3_999_000, noise(20_000, 'b')), 21_000, 300],
    [
      'parts changed over, as entries of an archive',
      old,
      Buffer.concat([...entries].reverse()),
      80_000,
      12_000,
    ],
    ['a byte of each 100 kB', old, scattered, 41_000, 12_000],
    ['the old one cut off', at(0, 2_999_000), old, 1_002_000, 600],
    ['the new one cut off', old, at(0, 2_999_000), 16_384, 9_000],
    ['grown, as a log does', at(0, 3_999_000), old, 2_400, 0],
    ['grown from a few bytes', at(0, 20_000), old, 3_981_000, 600],
    ['nothing of it left', old, noise(4_000_000, 'c'), 4_000_000, 7_000],
  ])('%s', async (_, before, fresh, mostToSend, mostAnswered) => {
    const { toSend, answered, asked } = await searched(before, fresh)
    expect(toSend).toBeLessThanOrEqual(mostToSend)
    expect(answered).toBeLessThanOrEqual(mostAnswered)
    expect(asked).toBeLessThanOrEqual(1)
  })
})

/** An archive of 4 MB, packed at a time: entries of about 13 kB that cannot be packed further, and a list of them. */
function archive(time: number, order: readonly number[] = numbers): Buffer {
  const header = (i: number) => Buffer.from(`PK ${String(time).padStart(8)} class-${i}`)
  return Buffer.concat([...order.flatMap((i) => [header(i), bodies[i] ?? old]), ...order.map(header)])
}
const numbers = Array.from({ length: 300 }, (_, i) => i)
const bodies = numbers.map((i) => at(i * 13_300, i * 13_300 + 12_000 + ((i * 7_919) % 1_300)))
// 119 and 300 have no divisor in common.
const shuffled = numbers.map((i) => (i * 119) % 300)
/** As much as around each entry is sent: some 1.5 parts of 512 bytes, or of 1,024 where bytes are not as dear. */
const around = { dear: 300 * 900, slow: 300 * 1_700 }

describe('what is sent of an archive that was made anew, and how many bytes of checksums besides', () => {
  it.each<readonly [string, Buffer, number | undefined, number, number]>([
    ['all times are others, 2 MB/s', archive(2), 2_000_000, around.slow, 30_000],
    ['entries shuffled, 2 MB/s', archive(1, shuffled), 2_000_000, around.slow, 30_000],
    ['both, 2 MB/s', archive(2, shuffled), 2_000_000, around.slow, 30_000],
    ['both, 100 kB/s', archive(2, shuffled), 100_000, around.dear, 60_000],
    ['nothing of it left, 2 MB/s', noise(4_000_000, 'c'), 2_000_000, 4_000_000, 30_000],
    // The host would need longer to put so many parts together than the link needs for all of it.
    ['both, 5 MB/s', archive(2, shuffled), 5_000_000, 4_000_000, 7_000],
    ['both, 20 MB/s', archive(2, shuffled), 20_000_000, 4_000_000, 7_000],
    ['both, at a rate that nobody knows', archive(2, shuffled), undefined, 4_000_000, 7_000],
  ])('%s', async (_, fresh, rate, mostToSend, mostAnswered) => {
    const { toSend, answered } = await searched(archive(1), fresh, { rate })
    expect(toSend).toBeLessThanOrEqual(mostToSend)
    expect(answered).toBeLessThanOrEqual(mostAnswered)
  })

  it('hosts of other links do not take each other for the same', async () => {
    const searches: Searches = new Map()
    const slow = await searched(archive(1), archive(2), { searches, rate: 2_000_000 })
    const fast = await searched(archive(1), archive(2), { searches, rate: 20_000_000 })
    expect(slow.toSend).toBeLessThan(fast.toSend)
  })
})

describe('a question about much is asked for a sample of it first', () => {
  const [large, other] = [noise(8_000_000, 'large'), noise(8_000_000, 'other')]
  const half = large.subarray(0, 3_000_000)
  const repacked = (time: number) =>
    Buffer.concat(
      Array.from({ length: 600 }, (_, i) => [
        Buffer.from(`PK ${time} ${i}`),
        large.subarray(i * 13_300, i * 13_300 + 12_000 + ((i * 7_919) % 1_300)),
      ]).flat(),
    )
  it.each<readonly [string, Buffer, Buffer, number, number, number]>([
    ['nothing of it left', large, other, 1, 8_000_000, 3_600],
    ['nothing but one half', large, Buffer.concat([half, other]), 1, 8_050_000, 3_600],
    ['an archive packed anew', repacked(1), repacked(2), 2, 600 * 1_700, 65_000],
  ])('%s', async (_, before, fresh, asks, mostToSend, mostAnswered) => {
    const { toSend, answered, asked } = await searched(before, fresh, { rate: 2_000_000 })
    expect(asked).toBe(asks)
    expect(toSend).toBeLessThanOrEqual(mostToSend)
    expect(answered).toBeLessThanOrEqual(mostAnswered)
  })
})

const changed = put(2_000_000, noise(20_000, 'b'))

it.each<readonly [string, (question: Question) => Answer]>([
  ['no answer', () => undefined],
  ['one about another file', (question) => partsOf(noise(4_000_000, 'other'), question)],
])('the new file is made also with %s', async (_, answer) => {
  const { toSend, asked } = await searched(old, changed, { answer })
  expect(asked).toBe(1)
  expect(toSend).toBeLessThan(20_000 + 2 * blockFor(old.length))
})

it('hosts with the same old file share the search, others do not', async () => {
  const searches: Searches = new Map()
  const first = await searched(old, changed, { searches })
  expect(searches.size).toBe(2)
  expect(await searched(old, changed, { searches })).toEqual(first)
  expect(searches.size).toBe(2)
  await searched(at(0, 3_000_000), changed, { searches })
  expect(searches.size).toBe(4)
})

it('makes the new file after any edits', async () => {
  const edit = fc.record({
    from: fc.nat(400_000),
    length: fc.nat(30_000),
    fresh: fc.nat(30_000),
    seed: fc.nat(9),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 5 }), fc.nat(400_000), async (edits, size) => {
      const before = at(0, size + 2_048)
      let after = before
      for (const { from, length, fresh, seed } of edits)
        after = Buffer.concat([
          after.subarray(0, from),
          noise(fresh, String(seed)),
          after.subarray(from + length),
        ])
      await searched(before, after, { block: 2_048 })
    }),
    { numRuns: 100 },
  )
})
