import { renameSync, statSync, utimesSync, writeFileSync, chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gone, stampOf, stampReader } from '../../../src/engine/watch/stamps.ts'
import { temporaryFolder } from '../../support/folder.ts'

const stampAt = async (path: string): Promise<string | undefined> => {
  const [facts] = await stampReader(() => Date.now() + 1_000).of([path])
  return facts?.digest
}

describe('the stamp of a file', () => {
  it.each<[title: string, act: (path: string) => void, differs: boolean]>([
    ['is the same as long as nothing happens', () => undefined, false],
    ['differs after a write', (path) => writeFileSync(path, 'longer'), true],
    [
      'differs after a write of the same length at the same time',
      (path) => {
        const { atime, mtime } = statSync(path)
        writeFileSync(path, 'TEXT')
        utimesSync(path, atime, mtime)
      },
      true,
    ],
    [
      'differs when another file takes its place',
      (path) => {
        writeFileSync(`${path}.new`, 'text')
        renameSync(`${path}.new`, path)
      },
      true,
    ],
    ['differs when it becomes executable', (path) => chmodSync(path, 0o755), true],
    ['differs when it is removed', (path) => rmSync(path), true],
  ])('%s', async (_, act, differs) => {
    const path = join(temporaryFolder({ file: 'text' }), 'file')
    const before = await stampAt(path)
    // Beyond a tick of the clock, as the quiet before a look makes sure.
    await new Promise((resolve) => setTimeout(resolve, 30))
    act(path)
    expect((await stampAt(path)) !== before).toBe(differs)
  })

  it('says of a path where nothing is, or cannot be, that it is gone or why', async () => {
    const folder = temporaryFolder({ file: 'text' })
    expect(await stampAt(join(folder, 'missing'))).toBe(gone)
    expect(await stampAt(join(folder, 'file/below'))).toMatch(/^(ENOTDIR|gone)$/)
  })

  it('is like no later one when the file was written a moment ago, within a tick of the clock', () => {
    const path = join(temporaryFolder({ file: 'text' }), 'file')
    const stats = statSync(path, { bigint: true })
    const written = Number(stats.ctimeMs)
    const moments = [written, written + 10, written + 1_000, written + 2_000]
    const stamps = moments.map((now) => stampOf(stats, now))
    expect(new Set(stamps).size).toBe(3)
    expect(stamps[2]).toBe(stamps[3])
  })

  it('settles also where a clock of another machine is ahead', () => {
    const stats = statSync(join(temporaryFolder({ file: 'text' }), 'file'), { bigint: true })
    const [a, b] = [1_000, 900].map((behind) => stampOf(stats, Number(stats.ctimeMs) - behind))
    expect(a).toBe(b)
  })
})
