import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { digestOf } from '../../src/core/digest.ts'
import { connectHost } from '../../src/transport/host.ts'
import { startSshd } from '../support/sshd.ts'
import { never } from '../support/transport.ts'

it('more files than one commit takes arrive where sshd opens one session at a time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'provision-batches-'))
  const sshd = await startSshd({}, ['MaxSessions 1'])
  try {
    const host = await connectHost({ ...sshd.target, become: false }, never)
    try {
      const actions = Array.from({ length: 11_000 }, (_, i): Action => {
        const text = `file ${i}`
        const rights = { mode: undefined, owner: undefined, group: undefined }
        const content = { from: 'text', text } as const
        const path = join(folder, `d${i % 7}`, String(i))
        return { do: 'write', path, content, digest: digestOf(text), size: text.length, ...rights }
      })
      const outcomes = await host.perform(actions, never)
      expect(outcomes.filter(({ ok }) => !ok)).toEqual([])
    } finally {
      await host.close()
    }
    const there = await readdir(folder, { recursive: true, withFileTypes: true })
    expect(there.filter((entry) => entry.isFile())).toHaveLength(11_000)
  } finally {
    await sshd.stop()
    await rm(folder, { recursive: true })
  }
})
