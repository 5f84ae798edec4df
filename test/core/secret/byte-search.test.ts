import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchFor } from '../../../src/core/secret/byte-search.ts'

describe('searchFor', () => {
  const has = searchFor(['abcd', 'abce-long', 'xyzz', 'ÿÿÿ'].map((one) => Buffer.from(one)))

  it.each([
    ['one at the start', 'abcd and more', true],
    ['one at the end', 'and more xyzz', true],
    ['nothing but one', 'abcd', true],
    ['the second of two with one start', 'see abce-long', true],
    ['one of bytes above 127', 'a ÿÿÿ', true],
    ['only the start of one', 'see abce-lo', false],
    ['one cut off by the end', 'abc', false],
    ['one in the midst of its start', 'ababcd', true],
    ['none', 'nothing here', false],
    ['no bytes at all', '', false],
  ])('finds %s', (_, text, found) => {
    expect(has(Buffer.from(text))).toBe(found)
  })

  it('finds nothing where nothing is looked for', () => {
    expect(searchFor([])(Buffer.from('abcd'))).toBe(false)
  })

  it('finds what `includes` finds', () => {
    const few = (length: { minLength?: number; maxLength?: number }) =>
      fc.array(fc.constantFrom(0, 1, 255), length).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(
        fc.array(few({ minLength: 4, maxLength: 9 }), { maxLength: 4 }),
        few({ maxLength: 60 }),
        (all, bytes) => {
          expect(searchFor(all)(bytes)).toBe(all.some((one) => bytes.includes(one)))
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
