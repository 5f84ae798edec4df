import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import type { Staged } from '../../../src/transport/commit/layout.ts'
import { readContents } from '../../../src/transport/files/local-content.ts'
import { shareReads } from '../../../src/transport/files/shared-reads.ts'

let root = ''
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'provision-content-'))))
afterAll(() => rm(root, { recursive: true, force: true }))

const staged = (source: string, size: number, index: number): Staged => {
  const rights = { mode: undefined, owner: undefined, group: undefined }
  const content = { from: 'file', path: source } as const
  const path = `/there/${index}`
  const write = { do: 'write', path, content, digest: digestOf(String(index)), size, ...rights } as const
  return { index, write, target: path, key: `d0/${index}`, arrives: `d0/${index}`, uploaded: undefined }
}

describe('of files that are read one after the other', () => {
  it.each([
    ['small ones are read sixteen ahead', 70_000, 16],
    ['large ones are read ahead up to 2 MB', 900_000, 3],
    ['one of any size is', 3_900_000, 1],
  ])('%s', async (_, size, ahead) => {
    const folder = await mkdtemp(join(root, 'files-'))
    const files = Array.from({ length: 40 }, (_, i) => staged(join(folder, String(i)), size, i))
    for (const { index } of files) await writeFile(join(folder, String(index)), `content ${index}`)
    const found: unknown[] = []
    for await (const { content } of readContents('box', files, shareReads())) {
      found.push(content instanceof Error ? 'gone' : content.toString())
      if (found.length > 1) continue
      // What is read ahead has been read by then.
      await sleep(50)
      await rm(folder, { recursive: true })
    }
    expect(found).toEqual(files.map(({ index }) => (index < ahead ? `content ${index}` : 'gone')))
  })
})
