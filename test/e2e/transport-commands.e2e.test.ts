import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isProvisionError } from '../../src/core/error.ts'
import { createLimit } from '../../src/core/async/limit.ts'
import { runScript } from '../../src/transport/session/exec.ts'
import { countSessions } from '../../src/transport/session/count.ts'
import type { Session } from '../../src/transport/session/index.ts'
import { startSshd, type Sshd } from '../support/sshd.ts'
import { failure, freshFolder, never, withConnection } from '../support/transport.ts'

let sshd: Sshd
beforeAll(async () => (sshd = await startSshd()))
afterAll(() => sshd.stop())

const asUser = { as: 'user', signal: never } as const

describe('commands', () => {
  it('give their exit code, output and errors byte for byte, whatever they read', () =>
    withConnection(sshd.target, async (connection) => {
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
    withConnection(sshd.target, async (connection) => {
      const lines: string[] = []
      const script = String.raw`printf 'gr\303'; sleep 0.05; printf '\266\303\237e\nnext'`
      await connection.exec(['sh', '-c', script], { ...asUser, onLine: (line) => lines.push(line) })
      expect(lines).toEqual(['größe', 'next'])
    }))

  it('run a hundred at once', () =>
    withConnection(sshd.target, async (connection) => {
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, i) => connection.exec(['echo', String(i)], asUser)),
      )
      expect(results.map(({ stdout }) => stdout.toString())).toEqual(results.map((_, i) => `${i}\n`))
    }))

  it('end on the host, with all that they started, when they are stopped here', () =>
    withConnection(sshd.target, async (connection) => {
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
    withConnection(sshd.target, async (connection) => {
      const { stdout } = await connection.exec(['sh', '-c', 'sleep 30 & echo $!'], asUser)
      process.kill(Number(stdout))
    }))

  it('that are killed are told apart from those that end', () =>
    withConnection(sshd.target, async (connection) => {
      const error = await failure(connection.exec(['sh', '-c', 'kill -9 $$'], asUser))
      expect(error.message).toBe('box: a command was ended by the signal SIGKILL')
    }))

  it('are not disturbed by what a login shell prints', async () => {
    const file = join(sshd.folder, '.bashrc')
    await writeFile(file, 'echo "welcome"; echo "warning" >&2; printf "no newline"\n')
    try {
      const result = await withConnection(sshd.target, (connection) =>
        connection.exec(['echo', 'hello'], asUser),
      )
      expect(result).toEqual({ code: 0, stdout: Buffer.from('hello\n'), stderr: '' })
      const raw = await withConnection(sshd.target, async (connection) => {
        const channel = await connection.channel('exec cat', 'user')
        channel.end('through')
        return Buffer.concat(await channel.toArray()).toString()
      })
      expect(raw).toBe('through')
    } finally {
      await rm(file)
    }
  })

  it('reject when the connection is cut, and so does all that comes after', () =>
    withConnection(sshd.target, async (connection) => {
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
    withConnection(sshd.target, async (connection) => {
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
    const bin = await freshFolder(sshd, title)
    await writeFile(join(bin, 'sudo'), `#!/bin/sh\n${sudo}\n`, { mode: 0o755 })
    const other = await startSshd({ PATH: `${bin}:/usr/bin:/bin` })
    try {
      await withConnection(other.target, async ({ client, openings, lost, traffic }) => {
        const limit = createLimit(1)
        const session: Session = {
          ...{ name: 'box', user: 'core', become: true, client, openings, lost, limit, traffic },
          server: () => 'any',
          sessions: countSessions(),
          idle: new Set(),
          spare: undefined,
          onDetail: () => undefined,
        }
        const said = await runScript(session, 'echo "done $1"', { as: 'root', signal: never }).then(
          ({ stdout }) => stdout.toString().trim(),
          (error: unknown) => (isProvisionError(error) ? `${error.message}\n${error.output}` : String(error)),
        )
        expect(said).toBe(expected)
      })
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
