import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import type { Staged } from '../../../src/transport/commit/layout.ts'
import { readContents, whyDamaged } from '../../../src/transport/files/local-content.ts'
import { shareReads } from '../../../src/transport/files/shared-reads.ts'
import { matching } from '../../support/matching.ts'

let root = ''
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'provision-content-'))))
afterAll(() => rm(root, { recursive: true, force: true }))

const writeOf = (source: string, planned: string, size = planned.length, path = '/there') => {
  const rights = { mode: undefined, owner: undefined, group: undefined }
  const content = { from: 'file', path: source } as const
  return { do: 'write', path, content, digest: digestOf(planned), size, ...rights } as const
}

const staged = (source: string, size: number, index: number): Staged => {
  const path = `/there/${index}`
  const write = writeOf(source, String(index), size, path)
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

describe('a small file', () => {
  it.each([
    ['is what was planned', 'planned', 'planned', undefined],
    [
      'was saved since',
      'planned',
      'saved',
      /planned\.txt has changed since the plan was made, so it was left as it was$/,
    ],
    ['was empty then', '', 'saved', /has changed since the plan was made/],
    ['is just being emptied', 'planned', '', /has changed since the plan was made/],
  ])('that %s', async (_, planned, now, reason) => {
    const path = join(root, 'planned.txt')
    await writeFile(path, now)
    const one = { ...staged(path, planned.length, 0), write: writeOf(path, planned) }
    const found: (Uint8Array | Error)[] = []
    for await (const { content } of readContents('box', [one], shareReads())) found.push(content)
    expect(found).toHaveLength(1)
    if (reason === undefined) expect(found[0]?.toString()).toBe(planned)
    else expect(found[0]).toMatchObject({ code: 'edited', message: matching(reason) })
  })
})

describe('a file of which other content arrived than was planned', () => {
  it.each([
    ['has changed where it holds something else', 'planned', 'other', 0, true],
    ['has changed where it was made anew meanwhile, though it is the same', 'planned', 'planned', 0, true],
    ['has not where nobody wrote to it', 'planned', 'planned', 1_000, false],
  ])('%s', async (_, planned, now, after, hasChanged) => {
    const path = join(root, `damaged ${after}`)
    const before = Date.now()
    await writeFile(path, now)
    const why = await whyDamaged(writeOf(path, planned), before + after)
    expect(why !== undefined).toBe(hasChanged)
  })

  it('may be gone', async () => {
    expect(await whyDamaged(writeOf(join(root, 'nowhere'), 'x'), Date.now())).toMatch(
      /nowhere cannot be read any more: /,
    )
  })
})
