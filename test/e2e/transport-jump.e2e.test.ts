import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SshTarget } from '../../src/core/host.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { freePort, startSshd, type Sshd } from '../support/sshd.ts'
import { failure, never } from '../support/transport.ts'

const run = promisify(execFile)
const sshds: Sshd[] = []
let target: SshTarget

/** What OpenSSH's client is told of a jump host, as in a user's own configuration. */
const stanza = (name: string, { target: { port, user, identityFile, knownHosts } }: Sshd): string =>
  [
    `Host ${name}`,
    ...['HostName 127.0.0.1', `Port ${port}`, `User ${user}`, `IdentityFile ${identityFile ?? ''}`],
    ...['IdentitiesOnly yes', `UserKnownHostsFile ${knownHosts.join(' ')}`, ''],
  ].join('\n')

beforeAll(async () => {
  for (let i = 0; i < 4; i++) sshds.push(await startSshd({}, ['Banner /etc/passwd']))
  const [box, gate, inner, stranger] = sshds
  if (!box || !gate || !inner || !stranger) throw new Error('four were started')
  target = box.target
  const folder = join(box.folder, 'bin')
  await mkdir(folder)
  const config = join(folder, 'config')
  const unknown = stanza('stranger', stranger).replace(/(UserKnownHostsFile ).*/, '$1/dev/null')
  const nobody = `Host nobody\nHostName 127.0.0.1\nPort ${await freePort()}\n`
  await writeFile(config, [stanza('gate', gate), stanza('inner', inner), unknown, nobody].join('\n'))
  // The user's own configuration stays as it is: the client is led to this one. Its children find it, too.
  await writeFile(join(folder, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${config} "$@"\n`)
  await chmod(join(folder, 'ssh'), 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await Promise.all(sshds.map((sshd) => sshd.stop()))
})

const clients = async (): Promise<string> =>
  (await run('pgrep', ['-af', `ssh .*-W .*${target.port}`]).catch(() => ({ stdout: '' }))).stdout

describe('a host behind others', () => {
  it.each(['gate', 'gate,inner', 'inner,gate,inner'])('is reached through %s', async (jump) => {
    const connection = await connect({ ...target, jump }, never)
    const options = { as: 'user', signal: never } as const
    const { stdout } = await connection.exec(['sh', '-c', 'echo "$SSH_CONNECTION"'], options)
    expect(stdout.toString()).toMatch(new RegExp(` 127\\.0\\.0\\.1 ${target.port}\\n$`))
    const much = await connection.exec(['head', '-c', '5000000', '/dev/zero'], options)
    expect(much.stdout).toHaveLength(5_000_000)
    expect(await clients()).not.toBe('')
    await connection.close()
    await vi.waitFor(async () => expect(await clients()).toBe(''), { timeout: 5_000, interval: 50 })
  })

  it('tells why it lets nobody in', async () => {
    const refused = { ...target, jump: 'gate', identityFile: target.identityFile?.replace(/user$/, 'host') }
    expect((await failure(connect(refused, never))).message).toMatch(/refuses the login with key/)
  })

  it.each([
    ['whose key is not known', 'stranger', /Host key verification failed|host key is known/],
    ['where nobody listens', 'nobody', /Connection refused/],
    ['of which the first does not let anybody on', 'nobody,gate', /Connection refused|closed by UNKNOWN/],
  ])('is not reached through one %s', async (_, jump, reason) => {
    const error = await failure(connect({ ...target, jump }, never, { timeout: 5_000 }))
    expect(error.message).toBe(`box: 127.0.0.1, port ${target.port}: no way there through ${jump}`)
    expect(error.output).toMatch(reason)
    expect(error.help).toBe(`try it by hand: ssh -J ${jump} -p ${target.port} 127.0.0.1`)
  })

  it('is not waited for longer than said', async () => {
    const silent = createServer()
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const address = silent.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const error = await failure(connect({ ...target, port, jump: 'gate' }, never, { timeout: 500 }))
    silent.close()
    expect(error.message).toMatch(/no answer within 0.5 s/)
    await vi.waitFor(async () => expect(await clients()).toBe(''), { timeout: 5_000, interval: 50 })
  })
})
