import { Readable } from 'node:stream'
import { expect, it, test } from 'vitest'
import { inPieces } from '../../../src/core/async/pieces.ts'

test.each<[string, readonly string[], readonly string[]]>([
  ['nothing', [], []],
  ['less than a piece', ['a', 'b'], ['ab']],
  ['a piece and a rest', ['ab', 'c', 'd'], ['abc', 'd']],
  ['pieces and nothing more', ['abc', 'd', 'ef'], ['abc', 'def']],
  ['a larger chunk, which is left whole', ['a', 'bcdef', 'g'], ['abcdef', 'g']],
])('%s', async (_, chunks, expected) => {
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
  const pieces: string[] = []
  for await (const piece of inPieces(stream, 3)) pieces.push(String(piece))
  expect(pieces).toEqual(expected)
})

it('drops nothing in silence', async () => {
  await expect(inPieces(Readable.from(['text']), 3).next()).rejects.toThrow('a stream of bytes gave string')
})
