import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromCksum, leaving, steps, sumOf, toCksum } from '../../../src/transport/delta/checksum.ts'

const ofThisMachine = (bytes: Uint8Array) =>
  Number(execFileSync('cksum', { input: bytes }).toString().split(' ')[0])

describe('the sum of a block', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['zeros', Buffer.alloc(2_048)],
    ['noise', randomBytes(70_000)],
    ['all ones', Buffer.alloc(4_096, 0xff)],
  ])('is that of cksum: %s', (_, bytes) => {
    const printed = ofThisMachine(bytes)
    expect(toCksum(sumOf(bytes), bytes.length)).toBe(printed)
    expect(fromCksum(printed, bytes.length)).toBe(sumOf(bytes))
  })

  it('is found from what cksum prints', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(100_000), (sum, length) => {
        expect(fromCksum(toCksum(sum, length), length)).toBe(sum)
      }),
    )
  })

  it('slides by a byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 300 }), (bytes) => {
        const window = bytes.length - 1
        const [first = 0, last = 0] = [bytes[0], bytes[window]]
        const before = sumOf(bytes.subarray(0, window))
        const after = (before << 8) ^ (steps[(before >>> 24) ^ last] ?? 0) ^ (leaving(window)[first] ?? 0)
        expect(after).toBe(sumOf(bytes.subarray(1)))
      }),
    )
  })
})
