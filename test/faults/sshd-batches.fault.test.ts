import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { digestOf } from '../../src/core/digest.ts'
import { connectHost } from '../../src/transport/host.ts'
import { noise } from '../support/fast-path.ts'
import { startSshd } from '../support/sshd.ts'
import { never } from '../support/transport.ts'

const rights = { mode: undefined, owner: undefined, group: undefined }

// Much in small files takes the second connection, and a large file a session there for as long as the others wait for it.
it.each([1, 2, 3])(
  'more files than one commit takes and large ones beside them arrive where sshd opens %i sessions at a time',
  async (sessions) => {
    const folder = await mkdtemp(join(tmpdir(), 'provision-batches-'))
    const sshd = await startSshd({}, [`MaxSessions ${sessions}`])
    try {
      const large = noise(5_000_000, sessions)
      const source = join(folder, 'source')
      await writeFile(source, large)
      const host = await connectHost({ ...sshd.target, become: false }, never)
      try {
        const actions = Array.from({ length: 11_000 }, (_, i): Action => {
          const [path, text] = [join(folder, `d${i % 7}`, String(i)), `file ${i}\n`.repeat(40)]
          const from =
            i % 4_000 === 1_000
              ? {
                  content: { from: 'file', path: source } as const,
                  digest: digestOf(large),
                  size: large.length,
                }
              : { content: { from: 'text', text } as const, digest: digestOf(text), size: text.length }
          return { do: 'write', path, ...from, ...rights }
        })
        const outcomes = await host.perform(actions, never)
        expect(outcomes.filter(({ ok }) => !ok)).toEqual([])
      } finally {
        await host.close()
      }
      const there = await readdir(folder, { recursive: true, withFileTypes: true })
      expect(there.filter((entry) => entry.isFile())).toHaveLength(11_001)
      for (const i of [1_000, 5_000, 9_000])
        expect(large.equals(await readFile(join(folder, `d${i % 7}`, String(i))))).toBe(true)
    } finally {
      await sshd.stop()
      await rm(folder, { recursive: true })
    }
  },
)
