import { once } from 'node:events'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Client } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SshTarget } from '../../src/core/host.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { startAgent } from '../support/login-row.ts'
import { freePort, startSshd, type Sshd } from '../support/sshd.ts'
import { failure, never, withConnection } from '../support/transport.ts'

let sshd: Sshd
beforeAll(async () => (sshd = await startSshd()))
afterAll(() => sshd.stop())

describe('who is let in', () => {
  const refusals: [string, () => Partial<SshTarget> | Promise<Partial<SshTarget>>, RegExp, RegExp][] = [
    [
      'a host that is not known',
      () => ({ knownHosts: [join(sshd.folder, 'none')] }),
      /^box: the host key of \[127\.0\.0\.1\]:\d+ is not known$/,
      /SHA256:.*\n\[127\.0\.0\.1\]:\d+ ssh-ed25519 AAAA/,
    ],
    [
      'a host that has another key than before',
      async () => {
        const file = join(sshd.folder, 'known_changed')
        const other = await readFile(join(sshd.folder, 'user.pub'), 'utf8')
        await writeFile(file, `[127.0.0.1]:${sshd.target.port} ${other}`)
        return { knownHosts: [file] }
      },
      /^box: THE HOST KEY OF \[127\.0\.0\.1\]:\d+ HAS CHANGED/,
      /known_changed:1: SHA256:/,
    ],
    [
      'a host whose key is revoked',
      async () => {
        const file = join(sshd.folder, 'known_revoked')
        const [known = ''] = sshd.target.knownHosts
        await writeFile(file, `@revoked * ${await readFile(join(sshd.folder, 'host.pub'), 'utf8')}`)
        return { knownHosts: [known, file] }
      },
      /IS REVOKED/,
      /SHA256:/,
    ],
    [
      'a host whose key is in the list of revoked ones',
      () => ({ revokedHostKeys: [join(sshd.folder, 'host.pub')] }),
      /IS REVOKED/,
      /SHA256:/,
    ],
    [
      'a port where nobody listens',
      async () => ({ port: await freePort() }),
      /^box: 127\.0\.0\.1, port \d+: nothing listens there$/,
      /^$/,
    ],
    [
      'a key that the host does not know',
      () => ({ identityFile: join(sshd.folder, 'host') }),
      /^box: .*@127\.0\.0\.1, port \d+ refuses the login with key .*host$/,
      /^$/,
    ],
    [
      'a key file that is missing',
      () => ({ identityFile: join(sshd.folder, 'missing') }),
      /^box: the key file .*missing does not exist$/,
      /^$/,
    ],
    [
      'a key file that holds none',
      () => ({ identityFile: join(sshd.folder, 'config') }),
      /^box: .*config holds no private key that can be used$/,
      /./,
    ],
  ]
  it.each(refusals)('not %s', async (_, change, message, output) => {
    const error = await failure(connect({ ...sshd.target, ...(await change()) }, never))
    expect(error.code).toBe('host')
    expect(error.message).toMatch(message)
    expect(error.output ?? '').toMatch(output)
    expect(error.help).toBeTruthy()
  })

  it('not one who never answers', async () => {
    const server = createServer((socket) => socket.resume())
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const error = await failure(connect({ ...sshd.target, port }, never, { timeout: 300 }))
    expect(error.message).toBe(`box: 127.0.0.1, port ${port}: no answer within 0.3 s`)
    await new Promise((resolve) => server.close(resolve))
  })

  it('under the name that known_hosts has for it', async () => {
    const file = join(sshd.folder, 'known_alias')
    await writeFile(file, `node-7 ${await readFile(join(sshd.folder, 'host.pub'), 'utf8')}`)
    await withConnection(
      {
        ...sshd.target,
        knownHosts: [file],
        hostKeyAlias: 'node-7',
      },
      (connection) => connection.exec(['true'], { as: 'user', signal: never }),
    )
  })

  it('and is told apart from one who stopped the run', async () => {
    const error = await failure(connect(sshd.target, AbortSignal.abort()))
    expect(error.code).toBe('interrupted')
  })
})

describe('with the keys that OpenSSH’s configuration lists', () => {
  const enters = (change: Partial<SshTarget>) =>
    withConnection({ ...sshd.target, ...change }, (connection) =>
      connection.exec(['true'], { as: 'user', signal: never }),
    )
  const file = (name: string) => join(sshd.folder, name)
  const listed = (...names: readonly string[]): Partial<SshTarget> => ({
    identityFile: file(names[0] ?? ''),
    identityFiles: names.map(file),
    identityAgent: 'none',
  })

  it.each([
    ['the first is missing', ['missing', 'user']],
    ['the host does not know the first', ['host', 'user']],
    ['the first is no key', ['config', 'user']],
  ])('one gets in where %s', async (_, names) => {
    expect(await enters(listed(...names))).toMatchObject({ code: 0 })
  })

  it('nobody gets in with none of them, and is told which were tried', async () => {
    const { message } = await failure(enters(listed('host', 'missing', 'host.pub', 'config')))
    expect(message).toMatch(
      /refuses the login with key \S+host; \S+config holds no private key that can be used$/,
    )
  })

  it('nobody gets in with more keys than the host lets one try, and is told so', async () => {
    const strict = await startSshd({}, ['MaxAuthTries 1'])
    try {
      const identityFiles = [join(strict.folder, 'host'), join(strict.folder, 'user')]
      const change = { identityFile: identityFiles[0], identityFiles, identityAgent: 'none' }
      const error = await failure(connect({ ...strict.target, ...change }, never))
      expect(error).toMatchObject({ code: 'host', output: 'the host says: Too many authentication failures' })
      expect(error.message).toMatch(/^box: \S+ port \d+ refuses the login with key \S+host, key \S+user$/)
      expect(error.help).toContain('identityFile')
    } finally {
      await strict.stop()
    }
  })

  it.each([
    ['by its public half', 'IdentitiesOnly', { identitiesOnly: true }],
    ['besides one that the host does not know', 'all', {}],
  ])('one gets in with a key of an agent: %s, %s', async (_, how, more) => {
    const folder = file(`agent of ${how}`)
    await mkdir(folder)
    await copyFile(file('user.pub'), join(folder, 'only.pub'))
    const agent = await startAgent(folder, [file('host'), file('user')])
    try {
      const names = how === 'all' ? ['host'] : [`agent of ${how}/only.pub`]
      expect(await enters({ ...listed(...names), identityAgent: agent.socket, ...more })).toMatchObject({
        code: 0,
      })
    } finally {
      agent.stop()
    }
  })

  it('an agent is found by the variable that OpenSSH is told', async () => {
    const folder = file('agent of a variable')
    await mkdir(folder)
    const agent = await startAgent(folder, [file('user')])
    vi.stubEnv('OTHER_AGENT', agent.socket)
    try {
      expect(await enters({ ...listed('missing'), identityAgent: '$OTHER_AGENT' })).toMatchObject({ code: 0 })
    } finally {
      vi.unstubAllEnvs()
      agent.stop()
    }
  })
})

describe('of a host that tells all its keys', () => {
  /** How often it had to prove them, where each of these goes in. */
  async function proofs(enter: (target: SshTarget) => Promise<unknown>): Promise<number> {
    const talking = await startSshd({}, ['LogLevel DEBUG1'])
    try {
      await enter(talking.target)
      // What it said before has been read by then.
      await expect.poll(talking.log).toContain('Disconnected from user')
      return talking.log().split('hostkeys-prove-00@openssh.com').length - 1
    } finally {
      await talking.stop()
    }
  }

  it('none is asked to be proved, which ssh2 does for nobody', async () => {
    const run = (target: SshTarget) =>
      withConnection(target, (connection) => connection.exec(['true'], { as: 'user', signal: never }))
    expect(await proofs(run)).toBe(0)
  })

  it('as one learns who has ssh2 ask for it', async () => {
    const asking = async ({ address, port, user, identityFile = '' }: SshTarget) => {
      const client = new Client()
      const told = once(client, 'hostkeys')
      client.connect({ host: address, port, username: user, privateKey: await readFile(identityFile) })
      await told
      client.end()
    }
    expect(await proofs(asking)).toBe(1)
  })
})
