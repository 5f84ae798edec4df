import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { digestOf } from '../../src/core/digest.ts'
import type { SshTarget } from '../../src/core/host.ts'
import { connectHost } from '../../src/transport/host.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { never } from '../support/transport.ts'

let sshd: Sshd
beforeAll(async () => (sshd = await startSshd()))
afterAll(() => sshd.stop())

describe('channels that are opened together with the login', () => {
  it('are opened anew where the first key is refused and another one is not', async () => {
    const home = join(sshd.folder, 'home of two keys')
    const key = (type: string) => join(home, '.ssh', `id_${type}`)
    await mkdir(join(home, '.ssh'), { recursive: true })
    for (const type of ['ed25519', 'ecdsa'])
      await promisify(execFile)('ssh-keygen', ['-q', '-N', '', '-t', type, '-f', key(type)])
    await appendFile(join(sshd.folder, 'authorized_keys'), await readFile(`${key('ecdsa')}.pub`))
    vi.stubEnv('HOME', home)
    vi.stubEnv('SSH_AUTH_SOCK', undefined)
    try {
      expect(await answersFrom({ ...sshd.target, identityFile: undefined })).toEqual([
        { code: 0, output: 'out\n' },
      ])
    } finally {
      vi.unstubAllEnvs()
    }
    expect(sshd.log()).toMatch(/dispatch_protocol_error: type 90 .*preauth/)
  })

  it('keep nobody from the only session that sshd allows', async () => {
    const strict = await startSshd({}, ['MaxSessions 1'])
    try {
      expect(await answersFrom(strict.target)).toEqual([{ code: 0, output: 'out\n' }])
    } finally {
      await strict.stop()
    }
  })
})

async function answersFrom(target: SshTarget) {
  const host = await connectHost(target, never, { questions: 3 })
  try {
    const answers = []
    for (let i = 0; i < 4; i++)
      answers.push(...(await host.probe([{ ask: 'command', argv: ['echo', 'out'] }], never)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    return answers.slice(0, 1)
  } finally {
    await host.close()
  }
}

describe('streams to a socket that are opened ahead', () => {
  const peers: Socket[] = []
  let server: Server
  let path = ''
  beforeAll(async () => {
    path = join(sshd.folder, 'echo.sock')
    server = createServer((socket) => {
      peers.push(socket)
      socket.on('data', (chunk) => socket.write(`heard ${chunk.toString()}`))
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const talk = (stream: Duplex, text: string): Promise<string> =>
    new Promise((resolve) => {
      stream.once('data', (chunk: Buffer) => resolve(chunk.toString()))
      stream.once('end', () => resolve('the end'))
      stream.write(text)
    })

  it('carry what is said, and those that were ended meanwhile are opened anew', async () => {
    const connection = await connect(sshd.target, never, {
      early: { sessions: 0, sockets: { path, count: 3 } },
    })
    try {
      await vi.waitFor(() => expect(peers).toHaveLength(3))
      peers[0]?.end()
      peers[1]?.destroy()
      await sleep(200)
      const streams = [await connection.forwardSocket(path), await connection.forwardSocket(path)]
      expect(await Promise.all(streams.map((stream, i) => talk(stream, String(i))))).toEqual([
        'heard 0',
        'heard 1',
      ])
      expect(peers).toHaveLength(4)
    } finally {
      await connection.close()
    }
  })

  it('and refused ones tell why', async () => {
    await rename(path, `${path}.away`)
    await writeFile(path, 'no socket')
    const connection = await connect(sshd.target, never, {
      early: { sessions: 1, sockets: { path, count: 2 } },
    })
    try {
      await expect(connection.forwardSocket(path)).rejects.toThrow('open failed')
      const { code } = await connection.exec(['true'], { as: 'user', signal: never })
      expect(code).toBe(0)
    } finally {
      await connection.close()
    }
  })
})

describe('what a plan expects', () => {
  it.each([
    ['is measured, and its connection opened, before it is begun', []],
    ['arrives where sshd allows one session a connection, too', ['MaxSessions 1']],
  ])('%s', async (_, settings) => {
    const own = await startSshd({}, settings)
    try {
      const source = join(own.folder, 'one million')
      const path = join(own.folder, 'arrived')
      const content = randomBytes(1_000_000)
      await writeFile(source, content)
      const write: Action = {
        ...{ do: 'write', path, content: { from: 'file', path: source } },
        ...{ digest: digestOf(content), size: content.length },
        ...{ mode: undefined, owner: undefined, group: undefined },
      }
      const host = await connectHost(own.target, never, { questions: 1 })
      try {
        await host.probe([{ ask: 'command', argv: ['true'] }], never)
        expect(host.traffic()).toMatchObject({ connections: 1 })
        host.expect([write])
        const scope = { playbook: `expects-${process.pid}`, environment: 'test' }
        const holder = { command: 'refresh', user: 'me', machine: 'here', pid: 1, since: '2000-01-01' }
        const lock = await host.lock({ scope, holder, signal: never })
        expect(lock).toMatchObject({ got: 'lock' })
        // Two bursts at least went to measure it.
        await expect.poll(() => host.traffic(), { timeout: 20_000 }).toMatchObject({ connections: 2 })
        await expect.poll(() => host.traffic().sent, { timeout: 20_000 }).toBeGreaterThan(33_792)
        expect(await host.perform([write], never)).toEqual([{ ok: true }])
        expect((await readFile(path)).equals(content)).toBe(true)
        if (lock.got === 'lock') lock.lock.release()
      } finally {
        await host.close()
      }
    } finally {
      await own.stop()
    }
  })
})
