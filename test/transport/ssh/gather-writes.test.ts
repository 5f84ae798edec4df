import { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { gatherWrites } from '../../../src/transport/ssh/gather-writes.ts'

/** A stream that keeps what leaves it at once together. */
function recording(): { readonly stream: Writable; readonly left: string[]; readonly ended: () => boolean } {
  const left: string[] = []
  const stream = new Writable({
    highWaterMark: 4,
    write(chunk: Buffer, _, done) {
      left.push(chunk.toString())
      done()
    },
    writev(chunks: readonly { readonly chunk: Buffer }[], done) {
      left.push(chunks.map(({ chunk }) => chunk.toString()).join(''))
      done()
    },
  })
  return { stream, left, ended: () => stream.writableFinished }
}

test('what is written in one turn leaves together, what comes in the next one by itself', async () => {
  const { stream, left } = recording()
  gatherWrites(stream)
  stream.write('a')
  await Promise.resolve()
  stream.write('b')
  expect(left).toEqual([])
  await turn()
  stream.write('c')
  await turn()
  expect(left).toEqual(['ab', 'c'])
})

test('who writes is told when the stream is full, and when it is no more', async () => {
  const { stream } = recording()
  gatherWrites(stream)
  const drained = new Promise((resolve) => stream.once('drain', resolve))
  expect(stream.write('ab')).toBe(true)
  expect(stream.write('cd')).toBe(false)
  await drained
  expect(stream.writableNeedDrain).toBe(false)
})

test('each write is told of by itself once it has left', async () => {
  const { stream, left } = recording()
  gatherWrites(stream)
  const told: string[] = []
  for (const text of ['a', 'b']) stream.write(text, () => void told.push(`${text} after ${left.join()}`))
  await turn()
  await turn()
  expect(told).toEqual(['a after ab', 'b after ab'])
})

test('an end leaves nothing behind', async () => {
  const { stream, left, ended } = recording()
  gatherWrites(stream)
  stream.write('a')
  stream.end('b')
  await turn()
  await turn()
  expect([left.join(''), ended()]).toEqual(['ab', true])
})
