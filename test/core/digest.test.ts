import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, digestOf, digestOfValue, short } from '../../src/core/digest.ts'

describe('digestOf', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('%j is the SHA-256 of the standard', (text, digest) => {
    expect(digestOf(text)).toBe(digest)
    expect(digestOf(Buffer.from(text))).toBe(digest)
  })

  it('takes text as UTF-8', () => {
    expect(digestOf('é')).toBe(digestOf(new Uint8Array([0xc3, 0xa9])))
  })
})

describe('canonicalJson', () => {
  it.each<[string, unknown, string]>([
    [
      'sorts keys, however deep',
      { b: { d: 1, c: 2 }, a: [{ z: 1, y: 2 }] },
      '{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}',
    ],
    ['keeps the order of lists', [3, 1, 2], '[3,1,2]'],
    ['leaves out what is undefined', { a: undefined, b: null }, '{"b":null}'],
    ['sorts by code units, not by the language of the machine', { é: 1, z: 2, Z: 3 }, '{"Z":3,"z":2,"é":1}'],
  ])('%s', (_, value, json) => {
    expect(canonicalJson(value)).toBe(json)
  })

  it('is JSON that says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('is the same for the same entries in any order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (record) => {
        const turned = Object.fromEntries(Object.entries(record).reverse())
        expect(digestOfValue(turned)).toBe(digestOfValue(record))
      }),
    )
  })
})

it.each([
  ['sha256:0123456789abcdef', '0123456789ab'],
  ['0123456789abcdef', '0123456789ab'],
  ['abc', 'abc'],
])('short(%s) is %s', (digest, expected) => {
  expect(short(digest)).toBe(expected)
})
