import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { SshTarget } from '../../src/core/host.ts'

const run = promisify(execFile)

/** A real sshd of the test's own, on a loopback port, for the user who runs the test. */
export interface Sshd {
  readonly target: SshTarget
  /** For files of the test; removed at the end. */
  readonly folder: string
  /** What it wrote so far. */
  readonly log: () => string
  /** Cuts all connections, as a network that fails does; new ones work. */
  cut(): Promise<void>
  stop(): Promise<void>
}

/** What an sshd finds that is unlike this machine, which itself stays as it is. Needs root. */
export interface World {
  /** Who logs in; the user who runs the test by default. */
  readonly user?: string
  /** Default true. */
  readonly become?: boolean
  /** Whether the home folder counts that the account has; else no start-up file of the user who runs the test takes part. */
  readonly ownHome?: boolean
  /** A shell script that runs before sshd in a mount namespace of its own; `$F` is sshd's folder. */
  readonly prepare?: string
  /** The network namespace to run in, as a path; this machine's by default. */
  readonly network?: string
  /** Further options of sshd itself; none by default. */
  readonly options?: readonly string[]
}

/**
 * Starts sshd with a host key and a user key made for it; `env` is what its commands find in their environment, `settings`
 * are further lines of its configuration.
 */
export async function startSshd(
  env: Readonly<Record<string, string>> = {},
  settings: readonly string[] = [],
  { user = userInfo().username, become = true, ownHome = false, prepare, network, options = [] }: World = {},
): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), 'provision-sshd-'))
  const file = (name: string) => join(folder, name)
  await Promise.all(
    ['host', 'user'].map((name) =>
      run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file(name)]),
    ),
  )
  const [hostKey, userKey] = await Promise.all([
    readFile(file('host.pub'), 'utf8'),
    readFile(file('user.pub')),
  ])
  const port = await freePort()
  await writeFile(file('authorized_keys'), userKey)
  await writeFile(file('known_hosts'), `[127.0.0.1]:${port} ${hostKey}`)
  await writeFile(
    file('config'),
    [
      // Of several lines about one thing the first counts.
      ...settings,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      ...(settings.some((line) => line.startsWith('Subsystem sftp')) ? [] : ['Subsystem sftp internal-sftp']),
      'MaxStartups 100',
      ...setEnv(ownHome ? env : { HOME: folder, ...env }),
      '',
    ].join('\n'),
  )
  // sshd refuses to start as root without it; its place is built in.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  await chmod(folder, 0o755)
  const inNetwork = network === undefined ? [] : ['nsenter', `--net=${network}`]
  const inWorld =
    prepare === undefined ? [] : ['unshare', '--mount', 'sh', '-euc', `${prepare}\nexec "$@"`, 'sh']
  const sshd = ['/usr/sbin/sshd', '-D', '-e', ...options, '-f', file('config')]
  const daemon = spawn('env', [...inNetwork, ...inWorld, ...sshd], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, F: folder },
  })
  let log = ''
  daemon.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const stop = async (): Promise<void> => {
    for (const pid of await sessionsOf(daemon)) signal(pid)
    if (daemon.exitCode === null) {
      const ended = new Promise((resolve) => daemon.once('exit', resolve))
      daemon.kill()
      await ended
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilItListens(port, daemon, network === undefined ? undefined : () => log)
  } catch (error) {
    await stop()
    throw new Error(`sshd did not start: ${log}`, { cause: error })
  }
  return {
    folder,
    log: () => log,
    target: {
      name: 'box',
      address: '127.0.0.1',
      port,
      user,
      identityFile: file('user'),
      knownHosts: [file('known_hosts')],
      hostKeyAlias: undefined,
      become,
    },
    async cut() {
      for (const pid of await sessionsOf(daemon)) signal(pid)
    },
    stop,
  }
}

/** Only the first such line counts. */
function setEnv(env: Readonly<Record<string, string>>): readonly string[] {
  const pairs = Object.entries(env).map(([name, value]) => `"${name}=${value}"`)
  return pairs.length === 0 ? [] : [`SetEnv ${pairs.join(' ')}`]
}

/** The processes of sshd that hold its connections, children and grandchildren. */
async function sessionsOf(daemon: ChildProcess): Promise<number[]> {
  if (daemon.pid === undefined || daemon.exitCode !== null) return []
  const { stdout } = await run('ps', ['-e', '-o', 'pid=,ppid=,comm='])
  const rows = stdout.split('\n').map((row) => row.trim().split(/\s+/))
  const below = (parent: number): number[] =>
    rows
      .filter(([, ppid, name]) => Number(ppid) === parent && name?.startsWith('sshd') === true)
      .flatMap(([pid]) => [...below(Number(pid)), Number(pid)])
  return below(daemon.pid)
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** A port that nothing listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('no port'))
      })
    })
  })
}

/** In a network of its own it can only be asked by what it writes. */
async function untilItListens(
  port: number,
  daemon: ChildProcess,
  log: (() => string) | undefined,
): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (daemon.exitCode !== null) break
    const open = log === undefined ? await answers(port) : log().includes('Server listening')
    if (open) return
    await sleep(25)
  }
  throw new Error(`nothing listens on port ${port}`)
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
