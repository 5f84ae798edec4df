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
    expect(reads.read(path, digestOf('second')).toString()).toBe('second')
  })

  it('is read anew after a while: what was not as planned does not stay', () => {
    let now = 0
    const reads = shareReads(() => now)
    const path = put('later', 'half')
    expect(reads.read(path, digestOf('whole')).toString()).toBe('half')
    put('later', 'whole')
    now = 3_001
    expect(reads.read(path, digestOf('whole')).toString()).toBe('whole')
  })

  it('is kept only among so many bytes', () => {
    const reads = shareReads()
    const path = put('first', 'first')
    const first = reads.read(path, digestOf('first'))
    const large = put('large', Buffer.alloc(20_000_000))
    reads.read(large, digestOf('1'))
    expect(reads.read(path, digestOf('first'))).toBe(first)
    reads.read(large, digestOf('2'))
    expect(reads.read(path, digestOf('first'))).not.toBe(first)
  })

  it('is not read at all when it was noted as it was summed up, even if it was edited since', () => {
    const reads = shareReads()
    const path = put('noted', 'edited')
    const content = Buffer.from('as built')
    reads.note(digestOf(content), content)
    expect(reads.read(path, digestOf(content))).toBe(content)
    expect(reads.noted(digestOf(content))).toBe(content)
    expect(reads.read(path, digestOf('edited')).toString()).toBe('edited')
    expect(reads.noted(digestOf('edited'))).toBeUndefined()
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
    expect(reads.read(path, digestOf('x')).toString()).toBe('x')
  })
})
