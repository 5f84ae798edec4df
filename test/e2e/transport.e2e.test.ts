import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../src/core/digest.ts'
import { isProvisionError, type ProvisionError } from '../../src/core/error.ts'
import type { SshTarget } from '../../src/core/host.ts'
import type { Connection } from '../../src/transport/connection.ts'
import type { FileAction, Write } from '../../src/transport/file-batch.ts'
import { createLimit } from '../../src/transport/docker-limit.ts'
import { runScript } from '../../src/transport/exec.ts'
import { connectHost, type ConnectedHost } from '../../src/transport/host.ts'
import { connect } from '../../src/transport/ssh.ts'
import { freePort, startSshd, type Sshd } from '../support/sshd.ts'

let sshd: Sshd
beforeAll(async () => (sshd = await startSshd()))
afterAll(() => sshd.stop())

const never = new AbortController().signal
const asUser = { as: 'user', signal: never } as const

/** The error that something fails with. */
async function failure(work: Promise<unknown>): Promise<ProvisionError> {
  try {
    await work
  } catch (error) {
    if (isProvisionError(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}

async function withConnection<T>(
  use: (connection: Connection) => Promise<T>,
  target = sshd.target,
): Promise<T> {
  const connection = await connect(target, never)
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}

async function withHost<T>(use: (host: ConnectedHost) => Promise<T>): Promise<T> {
  const host = await connectHost(sshd.target, never)
  try {
    return await use(host)
  } finally {
    await host.close()
  }
}

const fresh = async (name: string) => {
  const folder = join(sshd.folder, name)
  await mkdir(folder)
  return folder
}

describe('who is let in', () => {
  const refusals: [string, () => Promise<Partial<SshTarget>>, RegExp, RegExp][] = [
    [
      'a host that is not known',
      async () => ({ knownHosts: [join(sshd.folder, 'none')] }),
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
      'a port where nobody listens',
      async () => ({ port: await freePort() }),
      /^box: 127\.0\.0\.1, port \d+: nothing listens there$/,
      /^$/,
    ],
    [
      'a key that the host does not know',
      async () => ({ identityFile: join(sshd.folder, 'host') }),
      /^box: .*@127\.0\.0\.1, port \d+ refuses the login with key .*host$/,
      /^$/,
    ],
    [
      'a key file that is missing',
      async () => ({ identityFile: join(sshd.folder, 'missing') }),
      /^box: the key file .*missing does not exist$/,
      /^$/,
    ],
    [
      'a key file that holds none',
      async () => ({ identityFile: join(sshd.folder, 'config') }),
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
    await withConnection((connection) => connection.exec(['true'], asUser), {
      ...sshd.target,
      knownHosts: [file],
      hostKeyAlias: 'node-7',
    })
  })

  it('and is told apart from one who stopped the run', async () => {
    const error = await failure(connect(sshd.target, AbortSignal.abort()))
    expect(error.code).toBe('interrupted')
  })
})

describe('commands', () => {
  it('give their exit code, output and errors byte for byte, whatever they read', () =>
    withConnection(async (connection) => {
      const bytes = randomBytes(300_000)
      const script = 'cat; printf "%s" "$1" >&2; exit 7'
      const { code, stdout, stderr } = await connection.exec(['sh', '-c', script, 'sh', 'ä\n"\''], {
        ...asUser,
        stdin: bytes,
      })
      expect({ code, stderr }).toEqual({ code: 7, stderr: 'ä\n"\'' })
      expect(stdout.equals(bytes)).toBe(true)
    }))

  it('give their lines as they come, with no letter cut in two', () =>
    withConnection(async (connection) => {
      const lines: string[] = []
      const script = String.raw`printf 'gr\303'; sleep 0.05; printf '\266\303\237e\nnext'`
      await connection.exec(['sh', '-c', script], { ...asUser, onLine: (line) => lines.push(line) })
      expect(lines).toEqual(['größe', 'next'])
    }))

  it('run a hundred at once', () =>
    withConnection(async (connection) => {
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, i) => connection.exec(['echo', String(i)], asUser)),
      )
      expect(results.map(({ stdout }) => stdout.toString())).toEqual(results.map((_, i) => `${i}\n`))
    }))

  it('end on the host, with all that they started, when they are stopped here', () =>
    withConnection(async (connection) => {
      const stop = new AbortController()
      const pids: string[] = []
      const script = 'sleep 987 & echo $!; timeout 900 sleep 986 & sleep 0.2; echo $$; wait'
      const run = connection.exec(['sh', '-c', script], {
        as: 'root',
        signal: stop.signal,
        onLine: (line) => {
          pids.push(line)
          if (pids.length === 2) stop.abort()
        },
      })
      expect((await failure(run)).code).toBe('interrupted')
      expect(await Promise.all(pids.map(stateOf))).toEqual(['gone', 'gone'])
      const { stdout } = await connection.exec(
        ['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "'],
        asUser,
      )
      expect(stdout.toString()).not.toContain('sleep 986 ')
    }))

  it('do not wait for a daemon that they leave behind', () =>
    withConnection(async (connection) => {
      const { stdout } = await connection.exec(['sh', '-c', 'sleep 30 & echo $!'], asUser)
      process.kill(Number(stdout))
    }))

  it('that are killed are told apart from those that end', () =>
    withConnection(async (connection) => {
      const error = await failure(connection.exec(['sh', '-c', 'kill -9 $$'], asUser))
      expect(error.message).toBe('box: a command was ended by the signal SIGKILL')
    }))

  it('are not disturbed by what a login shell prints', async () => {
    const file = join(sshd.folder, '.bashrc')
    await writeFile(file, 'echo "welcome"; echo "warning" >&2; printf "no newline"\n')
    try {
      const result = await withConnection((connection) => connection.exec(['echo', 'hello'], asUser))
      expect(result).toEqual({ code: 0, stdout: Buffer.from('hello\n'), stderr: '' })
      const raw = await withConnection(async (connection) => {
        const channel = await connection.channel(['cat'], 'user')
        channel.end('through')
        return Buffer.concat(await channel.toArray()).toString()
      })
      expect(raw).toBe('through')
    } finally {
      await rm(file)
    }
  })

  it('reject when the connection is cut, and so does all that comes after', () =>
    withConnection(async (connection) => {
      const run = failure(connection.exec(['sleep', '60'], asUser))
      await sleep(200)
      await sshd.cut()
      expect((await run).message).toMatch(/^box: the connection was lost/)
      expect((await failure(connection.exec(['true'], asUser))).message).toMatch(
        /^box: the connection was lost/,
      )
      expect((await failure(connection.forwardPort('127.0.0.1', 1))).message).toMatch(
        /the connection was lost/,
      )
    }))

  it('reach ports of the host', () =>
    withConnection(async (connection) => {
      const stream = await connection.forwardPort('127.0.0.1', sshd.target.port)
      const [banner] = await new Promise<string[]>((resolve) => {
        stream.once('data', (chunk: Buffer) => resolve([chunk.toString()]))
      })
      stream.destroy()
      expect(banner).toMatch(/^SSH-2\.0-/)
    }))
})

describe('rights of root', () => {
  const cases: [string, string, string][] = [
    ['are asked of sudo without a password', 'shift 2; exec "$@" sudo', 'done sudo'],
    [
      'that sudo refuses say how to get them',
      'echo "sudo: a password is required" >&2; exit 1',
      'box: sudo gives core no rights of root (ended with 1)\nsudo: a password is required',
    ],
  ]
  it.each(cases)('%s', async (title, sudo, expected) => {
    const bin = await fresh(title)
    await writeFile(join(bin, 'sudo'), `#!/bin/sh\n${sudo}\n`, { mode: 0o755 })
    const other = await startSshd({ PATH: `${bin}:/usr/bin:/bin` })
    try {
      await withConnection(async ({ client, lost }) => {
        const session = { name: 'box', user: 'core', become: true, client, lost, limit: createLimit(1) }
        const said = await runScript(session, 'echo "done $1"', { as: 'root', signal: never }).then(
          ({ stdout }) => stdout.toString().trim(),
          (error: unknown) => (isProvisionError(error) ? `${error.message}\n${error.output}` : String(error)),
        )
        expect(said).toBe(expected)
      }, other.target)
    } finally {
      await other.stop()
    }
  })
})

/** Whether a process is still there; one that nobody has waited for yet is not. */
async function stateOf(pid: string): Promise<string> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')
  return line.slice(line.lastIndexOf(')') + 2).startsWith('Z') ? 'gone' : 'there'
}

const rights = { mode: undefined, owner: undefined, group: undefined }
const write = (path: string, text: string): Write => ({
  do: 'write',
  path,
  content: { from: 'text', text },
  digest: digestOf(text),
  size: Buffer.byteLength(text),
  ...rights,
})
const upload = async (path: string, source: string): Promise<Write> => ({
  do: 'write',
  path,
  content: { from: 'file', path: source },
  digest: digestOf(await readFile(source)),
  size: (await stat(source)).size,
  ...rights,
})
const digestAt = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
const ok = { ok: true }

describe('files', () => {
  it('two thousand small ones, then all of them asked for', () =>
    withHost(async (host) => {
      const folder = await fresh('many')
      const actions = Array.from({ length: 2_000 }, (_, i) =>
        write(`${folder}/${i % 20}/${i}`, `${i}`.repeat(500)),
      )
      expect(await host.perform(actions, never)).toEqual(actions.map(() => ok))
      const answers = await host.probe(
        actions.map(({ path }) => ({ ask: 'stat', path })),
        never,
      )
      expect(answers).toMatchObject(
        actions.map(({ digest, size }) => ({ type: 'file', digest, size, mode: 0o644 })),
      )
      expect((await readdir(folder)).length).toBe(20)
      expect((await readdir(`${folder}/0`)).length).toBe(100)
    }))

  it('large ones beside small ones, with progress, and nothing is left on the way', () =>
    withHost(async (host) => {
      const folder = await fresh('large')
      const sources = await Promise.all(
        [50, 3].map(async (megabytes) => {
          const source = join(sshd.folder, `source ${megabytes}`)
          await writeFile(source, randomBytes(megabytes * 1_000_000))
          return source
        }),
      )
      const actions = [
        ...(await Promise.all(sources.map((source, i) => upload(`${folder}/new/big ${i}.jar`, source)))),
        write(`${folder}/small`, 'small'),
      ]
      const seen: number[] = []
      const total = actions.reduce((sum, { size }) => sum + size, 0)
      const outcomes = await host.perform(actions, never, {
        sent: (done, all) => {
          expect(all).toBe(total)
          seen.push(done)
        },
      })
      expect(outcomes).toEqual(actions.map(() => ok))
      expect(await Promise.all(actions.map(({ path }) => digestAt(path)))).toEqual(
        actions.map(({ digest }) => digest),
      )
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
      expect(seen.at(-1)).toBe(total)
      expect((await stat(`${folder}/new/big 0.jar`)).mode & 0o777).toBe(0o644)
      expect((await readdir(folder, { recursive: true })).sort()).toEqual([
        'new',
        'new/big 0.jar',
        'new/big 1.jar',
        'small',
      ])
      expect(await leftovers(host)).toBe('')
    }))

  it('a large one that changes while it is sent leaves the old one whole', () =>
    withHost(async (host) => {
      const folder = await fresh('changing')
      const source = join(sshd.folder, 'changing source')
      await writeFile(source, randomBytes(40_000_000))
      await writeFile(`${folder}/file`, 'old')
      const action = await upload(`${folder}/file`, source)
      let touched: Promise<void> | undefined
      const [outcome] = await host.perform([action], never, {
        sent: () => {
          touched ??= scribble(source)
        },
      })
      await touched
      expect(outcome).toMatchObject({ ok: false })
      expect(outcome?.ok === false && outcome.error.message).toContain('has changed since the plan was made')
      expect(await readFile(`${folder}/file`, 'utf8')).toBe('old')
      expect(await readdir(folder)).toEqual(['file'])
    }))

  it('a connection that is cut in the middle leaves the old files whole, and the next run clears up', () =>
    withHost(async (host) => {
      const folder = await fresh('cut')
      await writeFile(`${folder}/0`, 'old')
      const text = 'x'.repeat(900_000)
      const actions = Array.from({ length: 60 }, (_, i) => write(`${folder}/${i}`, `${i}${text}`))
      let cut: Promise<void> | undefined
      const run = failure(
        host.perform(actions, never, {
          sent: (done, total) => {
            if (done > total / 4) cut ??= sshd.cut()
          },
        }),
      )
      expect((await run).message).toMatch(/^box: the connection was lost/)
      await cut
      expect(await readFile(`${folder}/0`, 'utf8')).toBe('old')
      await withHost(async (again) => {
        expect(await again.perform([write(`${folder}/0`, 'new')], never)).toEqual([ok])
      })
      await expect.poll(() => readdir(folder)).toEqual(['0'])
      expect(await readFile(`${folder}/0`, 'utf8')).toBe('new')
    }))

  it('stopping in the middle leaves the old files whole and nothing beside them', () =>
    withHost(async (host) => {
      const folder = await fresh('stopped')
      await writeFile(`${folder}/0`, 'old')
      const stop = new AbortController()
      const text = 'x'.repeat(900_000)
      const actions: FileAction[] = Array.from({ length: 60 }, (_, i) =>
        write(`${folder}/${i}`, `${i}${text}`),
      )
      const run = failure(
        host.perform(actions, stop.signal, {
          sent: (done, total) => {
            if (done > total / 4) stop.abort()
          },
        }),
      )
      expect((await run).code).toBe('interrupted')
      expect(await readdir(folder)).toEqual(['0'])
      expect(await readFile(`${folder}/0`, 'utf8')).toBe('old')
    }))
})

/** What is left in the folder for uploads. */
async function leftovers(host: ConnectedHost): Promise<string> {
  const script = 'cd /var/lib/provision/upload-"$1" 2>/dev/null || cd "$HOME/.provision-upload" && ls -A'
  const argv = ['sh', '-c', script, 'sh', sshd.target.user]
  return (await host.connection.exec(argv, { as: 'root', signal: never })).stdout.toString()
}

async function scribble(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(4_096), 0, 4_096, 39_000_000)
  await file.close()
  await truncate(path, 40_000_000)
}
