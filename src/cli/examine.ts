import { execFile } from 'node:child_process'
import { readFile, statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import type Dockerode from 'dockerode'
import { engineFacts } from '../boxes/engine-facts.ts'
import { showBytes } from '../core/text/bytes.ts'
import { isProvisionError, reasonOf } from '../core/error.ts'
import { found } from '../transport/docker/error.ts'
import { localEngine } from '../transport/docker/engine.ts'
import type { Check } from './check.ts'
import type { ExamineOptions } from './wiring.ts'

/** Bytes: what a first quickstart needs, and what a later one does. */
const enough = { first: 5e9, later: 1e9 }

/** Looks at all that a run depends on, side by side. */
export async function examine(options: ExamineOptions): Promise<readonly Check[]> {
  const engine = localEngine(options.env)
  const withEngine = (name: string, look: (engine: Dockerode) => Promise<Check>): Promise<Check> =>
    engine.then(look, () => doubtful(name, 'not known without an engine')).catch(failed(name))
  return Promise.all([
    Promise.resolve(checkNode()),
    engine.then(checkEngine).catch(failed('engine')),
    checkKernel().catch(failed('kernel')),
    withEngine('disk', checkDisk),
    withEngine('base image', checkBase),
    checkClient().catch(() =>
      doubtful('ssh client', 'not found: `provision ssh` needs one', 'apt-get install openssh-client'),
    ),
    checkPlaybook(options).catch(failed('playbook')),
    withEngine('nodes', () => checkNodes(options)),
  ])
}

const good = (name: string, text: string): Check => ({ name, state: 'good', found: text })

const doubtful = (name: string, text: string, cure?: string): Check => ({
  name,
  state: 'doubtful',
  found: text,
  cure,
})

const failed =
  (name: string) =>
  (error: unknown): Check => ({
    name,
    state: 'bad',
    found: reasonOf(error),
    cure: isProvisionError(error) ? error.help : undefined,
  })

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isFine = major > 20 || (major === 20 && minor >= 19)
  if (isFine) return good('node', process.version)
  return { name: 'node', state: 'bad', found: process.version, cure: 'install Node.js 20.19 or later' }
}

async function checkEngine(engine: Dockerode): Promise<Check> {
  const { Version } = await engine.version()
  const info: unknown = await engine.info()
  const known = typeof info === 'object' && info !== null && 'Driver' in info
  const driver = known ? String(info.Driver) : 'unknown'
  const text = `Docker ${Version}, storage ${driver}`
  if (driver.startsWith('overlay')) return good('engine', text)
  return doubtful('engine', `${text}: made for overlay2`, 'set "storage-driver": "overlay2" in daemon.json')
}

async function checkKernel(): Promise<Check> {
  if (process.platform !== 'linux') return good('kernel', `the engine's own (${process.platform} here)`)
  const [systems, forwarding] = await Promise.all([
    readFile('/proc/filesystems', 'utf8'),
    readFile('/proc/sys/net/ipv4/ip_forward', 'utf8'),
  ])
  if (!/\boverlay\b/.test(systems)) {
    return { name: 'kernel', state: 'bad', found: 'no overlay file system', cure: 'modprobe overlay' }
  }
  if (forwarding.trim() !== '1') {
    return doubtful('kernel', 'net.ipv4.ip_forward is off', 'sysctl -w net.ipv4.ip_forward=1')
  }
  return good('kernel', 'overlay file system, IP forwarding')
}

async function checkDisk(engine: Dockerode): Promise<Check> {
  const { root } = await engineFacts(engine)
  const there = root === undefined ? undefined : await statfs(root).catch(() => undefined)
  if (root === undefined || !there) return good('disk', 'the engine keeps its data on another machine')
  const free = there.bavail * there.bsize
  const text = `${showBytes(free)} free at ${root}`
  const cure = 'make room, e.g. with `provision box prune` and `docker image prune`'
  if (free >= enough.first) return good('disk', text)
  if (free >= enough.later) return doubtful('disk', `${text}: little for a first bake`, cure)
  return { name: 'disk', state: 'bad', found: text, cure }
}

async function checkBase(engine: Dockerode): Promise<Check> {
  const ref = 'debian:bookworm-slim'
  if (await found(engine.getImage(ref).inspect())) return good('base image', `${ref} is here`)
  try {
    await promisify(execFile)('mmdebstrap', ['--version'])
    return good('base image', `${ref} will be pulled, or made by mmdebstrap`)
  } catch {
    return doubtful(
      'base image',
      `${ref} has to be pulled`,
      'where no registry answers: apt-get install mmdebstrap',
    )
  }
}

async function checkClient(): Promise<Check> {
  const { stderr } = await promisify(execFile)('ssh', ['-V'])
  return good('ssh client', stderr.trim())
}

async function checkPlaybook({ workspace }: ExamineOptions): Promise<Check> {
  const { playbook, environment } = await workspace()
  return good('playbook', `${playbook.name}, hosts ${playbook.hosts.join(', ')}, environment ${environment}`)
}

/** The subnet is chosen, or found taken, where the provider looks at it: in its survey. */
async function checkNodes({ workspace, ...options }: ExamineOptions): Promise<Check> {
  const opened = await workspace().catch(() => undefined)
  if (!opened) return doubtful('nodes', 'not known without a playbook')
  const { openRun } = await import('./run/open.ts')
  const run = await openRun(opened, { ...options, ifLocked: 'fail' })
  try {
    const hosts = await run.survey()
    return good('nodes', hosts.map(({ name, state, address }) => `${name} ${address} ${state}`).join(', '))
  } finally {
    await run.close()
  }
}
