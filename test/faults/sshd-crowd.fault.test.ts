import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../src/core/digest.ts'
import { connectHost } from '../../src/transport/host.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { effort, tally } from '../support/faults.ts'
import { startSshd } from '../support/sshd.ts'
import { failure, never } from '../support/transport.ts'

const { points } = effort()
const hosts = points(6, 20)

describe(`one sshd for ${hosts} hosts`, () => {
  let survived = 0
  afterAll(() => tally('logins at once through a narrow sshd', survived))
  it.each([['MaxStartups 1'], ['MaxStartups 2:50:3'], ['MaxStartups 100']].slice(0, points(1, 3)))(
    '%s',
    async (setting) => {
      const sshd = await startSshd({}, [setting])
      try {
        const all = Array.from({ length: hosts }, (_, i) => ({ ...sshd.target, name: `host-${i}` }))
        const said = await Promise.all(
          all.map(async (target) => {
            const connection = await connect(target, never)
            const { stdout } = await connection.exec(['echo', target.name], { as: 'root', signal: never })
            await connection.close()
            return stdout.toString().trim()
          }),
        )
        expect(said).toEqual(all.map(({ name }) => name))
        survived += said.length
      } finally {
        await sshd.stop()
      }
    },
  )
})

describe('a host key that changes in mid-run', () => {
  it('is refused by the connection for bulk, with both fingerprints, and the old file stays', async () => {
    const sshd = await startSshd()
    const [known = ''] = sshd.target.knownHosts
    const host = await connectHost(sshd.target, never)
    try {
      const [source, path] = [join(sshd.folder, 'source'), join(sshd.folder, 'jar')]
      await writeFile(source, randomBytes(5_000_000))
      await writeFile(path, 'old')
      const other = await readFile(join(sshd.folder, 'user.pub'), 'utf8')
      await writeFile(known, `[127.0.0.1]:${sshd.target.port} ${other}`)
      const content = { from: 'file', path: source } as const
      const digest = digestOf(await readFile(source))
      const { size } = await stat(source)
      const rights = { mode: undefined, owner: undefined, group: undefined }
      const error = await failure(
        host.perform([{ do: 'write', path, content, digest, size, ...rights }], never),
      )
      expect(error.message).toMatch(
        /^box: THE HOST KEY OF \[127\.0\.0\.1\]:\d+ HAS CHANGED: .*nothing was sent$/,
      )
      expect(error.output).toMatch(/^it shows ssh-ed25519 SHA256:.*\nrecorded:\n.*known_hosts:1: SHA256:/)
      expect(error.help).toMatch(/ssh-keygen -R '\[127\.0\.0\.1\]:\d+' -f/)
      expect(await readFile(path, 'utf8')).toBe('old')
    } finally {
      await host.close()
      await sshd.stop()
    }
  })
})
