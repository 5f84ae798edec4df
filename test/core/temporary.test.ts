import { expect, it } from 'vitest'
import { temporaryName, temporaryOwner } from '../../src/core/temporary.ts'

it.each([
  ['a file on its way', temporaryName('/a/known_hosts', 123), 123],
  ['one of several on their way', temporaryName('/a/b.json', 123, 456.78), 123],
  ['a file', '/a/b.json', undefined],
  ['a file of somebody who names theirs so', '/a/b.new', undefined],
  ['a file with a number', '/a/b.123.new', undefined],
  ['no process', '/a/b.0..new', undefined],
])('%s', (_, name, owner) => {
  expect(temporaryOwner(name)).toBe(owner)
})
