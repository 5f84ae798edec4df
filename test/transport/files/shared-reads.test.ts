import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { shareReads } from '../../../src/transport/files/shared-reads.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'provision-reads-'))
})
afterAll(() => rmSync(root, { recursive: true }))

const put = (name: string, text: string | Buffer): string => {
  const path = join(root, name)
  writeFileSync(path, text)
  return path
}

describe('a file that several hosts get', () => {
  it('is read once', () => {
    const reads = shareReads()
    const path = put('once', 'first')
    const first = reads.read(path, digestOf('first'))
    put('once', 'other')
    expect(reads.read(path, digestOf('first'))).toBe(first)
  })

  it('is read anew where another content is wanted', () => {
    const reads = shareReads()
    const path = put('edited', 'first')
    reads.read(path, digestOf('first'))
    put('edited', 'second')
    expect(reads.read(path, digestOf('second'))?.toString()).toBe('second')
  })

  it('is read anew until it is what was planned', () => {
    const reads = shareReads()
    const path = put('later', 'half')
    expect(reads.read(path, digestOf('whole'))).toBeUndefined()
    put('later', 'whole')
    expect(reads.read(path, digestOf('whole'))?.toString()).toBe('whole')
  })

  it('is kept only among so many bytes', () => {
    const reads = shareReads()
    const path = put('first', 'first')
    const first = reads.read(path, digestOf('first'))
    const larges = [1, 2].map((byte) => Buffer.alloc(20_000_000, byte))
    const [one, two] = larges.map((large, i) => () => {
      reads.read(put(`large ${i}`, large), digestOf(large))
    })
    one?.()
    expect(reads.read(path, digestOf('first'))).toBe(first)
    two?.()
    expect(reads.read(path, digestOf('first'))).not.toBe(first)
  })

  it('is not read at all when it was noted as it was summed up, even if it was edited since', () => {
    const reads = shareReads()
    const path = put('noted', 'edited')
    const content = Buffer.from('as built')
    reads.note(digestOf(content), content)
    expect(reads.read(path, digestOf(content))).toBe(content)
    expect(reads.noted(digestOf(content))).toBe(content)
    expect(reads.read(path, digestOf('edited'))?.toString()).toBe('edited')
    expect(reads.noted(digestOf('edited'))).toBeUndefined()
  })

  it('is forgotten with all others, and leaves its room to what comes then', () => {
    const reads = shareReads()
    const path = put('forgotten', 'first')
    const first = reads.read(path, digestOf('first'))
    reads.note('1', Buffer.alloc(40_000_000))
    reads.forget()
    expect(reads.read(path, digestOf('first'))).not.toBe(first)
    expect(reads.noted('1')).toBeUndefined()
    reads.note('2', Buffer.alloc(40_000_000))
    expect(reads.noted('2')).toHaveLength(40_000_000)
  })

  it('is noted only while there is room, and what came first stays', () => {
    const reads = shareReads()
    const large = Buffer.alloc(40_000_000)
    reads.note('1', large)
    reads.note('1', large)
    reads.note('2', large)
    reads.note('3', Buffer.alloc(20_000_000))
    expect(['1', '2', '3'].map((digest) => reads.noted(digest) !== undefined)).toEqual([true, false, true])
  })

  it('fails as reading does, and nothing is kept of that', () => {
    const reads = shareReads()
    const path = join(root, 'absent')
    expect(() => reads.read(path, digestOf('x'))).toThrow('ENOENT')
    put('absent', 'x')
    expect(reads.read(path, digestOf('x'))?.toString()).toBe('x')
  })
})
