import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { deferred } from '../../../src/core/async/deferred.ts'
import { digestOf } from '../../../src/core/digest.ts'
import { ProvisionError } from '../../../src/core/error.ts'
import { bulkSize, type Write } from '../../../src/transport/files/batch.ts'
import { performFiles } from '../../../src/transport/files/index.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { shells } from '../../support/shells.ts'
import { failure, never } from '../../support/transport.ts'

const text = 'x'.repeat(bulkSize)
const large = (path: string): Write => ({
  ...{ do: 'write', path, content: { from: 'text', text }, digest: digestOf(text), size: bulkSize },
  ...{ mode: undefined, owner: undefined, group: undefined },
})

it.each(shells)(
  'what came over a connection for bulk that the lock lets in no more is not put in place by $title',
  async (shell) => {
    const folder = await mkdtemp(join(tmpdir(), 'provision-admission-'))
    const path = join(folder, 'large')
    await writeFile(path, 'old')
    const { promise: admitted, reject } = deferred<undefined>()
    const openBulk = () => {
      // All of the content has come by then.
      setTimeout(() => reject(new ProvisionError('locked', 'somebody else has it', { about: 'box' })), 500)
      return Promise.resolve({ connection: shellConnection(shell), admitted })
    }
    const writing = performFiles(
      { connection: shellConnection(shell), openBulk, user: 'root' },
      [large(path)],
      never,
    )
    expect((await failure(writing)).code).toBe('locked')
    await expect.poll(() => readdir(folder)).toEqual(['large'])
    expect(await readFile(path, 'utf8')).toBe('old')
    await rm(folder, { recursive: true })
  },
)
