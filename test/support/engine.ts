import Dockerode from 'dockerode'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A Docker engine with no images, of the test's own. */
export interface OwnEngine {
  readonly docker: Dockerode
  readonly socket: string
  stop(): Promise<void>
}

/**
 * Starts dockerd in a folder and a network namespace of its own; needs root. An engine without a bridge would else remove
 * `docker0`, which is that of the machine's engine.
 * @param parent not below /tmp, which may be too small or unfit for overlay2
 */
export async function startEngine(parent = '/var/tmp'): Promise<OwnEngine> {
  const folder = await mkdtemp(join(parent, 'provision-engine-'))
  const socket = join(folder, 'sock')
  const daemon = spawn(
    'unshare',
    [
      ...['--net', 'dockerd'],
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'pid'), '--host', `unix://${socket}`],
      ...['--bridge=none', '--iptables=false', '--ip6tables=false'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let log = ''
  daemon.stderr.on('data', (chunk: Buffer) => (log = `${log}${chunk.toString()}`.slice(-4_000)))
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    daemon.kill()
    await ended
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const docker = new Dockerode({ socketPath: socket })
  for (let attempt = 0; attempt < 200; attempt++) {
    if (daemon.exitCode !== null) break
    if (await answers(docker)) return { docker, socket, stop }
    await sleep(100)
  }
  await stop()
  throw new Error(`dockerd did not start: ${log}`)
}

async function answers(docker: Dockerode): Promise<boolean> {
  try {
    await docker.ping()
    return true
  } catch {
    return false
  }
}
