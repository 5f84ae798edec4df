import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { keptFile } from '../../../src/engine/rollback/kept-file.ts'
import { writePack } from '../../../src/engine/rollback/pack.ts'
import { contentPath, keepBytes } from '../../../src/engine/rollback/store.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kept-file-'))
})
afterEach(() => rm(dir, { recursive: true }))

const [digest, bytes] = [digestOf('v1'), Buffer.from('v1')]

it.each<[string, () => unknown, boolean]>([
  ['a file of its own is found', () => keepBytes(dir, digest, bytes), true],
  ['one of a pack is', () => writePack(dir, [{ digest, bytes }]), true],
  ['one that was never kept is not', () => keepBytes(dir, digestOf('v2'), bytes), false],
  [
    'one that is damaged is not',
    async () => {
      keepBytes(dir, digest, bytes)
      await writeFile(contentPath(dir, digest), 'v')
    },
    false,
  ],
])('%s', async (_, keep, isFound) => {
  await keep()
  expect(await keptFile(dir, digest)).toEqual(
    isFound ? { path: contentPath(dir, digest), size: 2 } : undefined,
  )
})
