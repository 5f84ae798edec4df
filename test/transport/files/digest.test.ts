import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { digestOfFile } from '../../../src/transport/files/digest.ts'
import { temporaryFolder } from '../../support/folder.ts'

test.each([0, 1, 262_144, 1_000_001])(
  'the digest of a file of %i bytes is that of its content',
  async (size) => {
    const path = join(temporaryFolder(), 'file')
    const content = Buffer.alloc(size, 'all is well ')
    writeFileSync(path, content)
    expect(await digestOfFile(path)).toBe(digestOf(content))
  },
)

test('a file that is not there is an error', async () => {
  await expect(digestOfFile(join(temporaryFolder(), 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
})
