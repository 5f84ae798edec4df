import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { digestOf, short } from '../../core/digest.ts'
import { ProvisionError, systemCode } from '../../core/error.ts'
import { showTime } from '../../core/text/show-time.ts'

export interface Lock {
  release(): Promise<void>
}

export interface Holder {
  readonly command: string
  readonly user: string
  /** Its name on the network. Older versions did not tell it. */
  readonly machine?: string
  readonly pid: number
  /** ISO 8601. */
  readonly since: string
}

/**
 * Makes this run the only one on a state directory of this machine. The lock is a listening socket, which the kernel
 * closes with its owner however that dies; whoever connects is told who holds it.
 * @param onWait is told who is in the way, once for each; what it throws ends the waiting
 */
export async function acquireLock(
  stateDir: string,
  command: string,
  signal: AbortSignal,
  onWait: (line: string) => void,
): Promise<Lock> {
  const path = socketPath(stateDir)
  const holder = thisRun(command)
  let told = ''
  let silent = 0
  for (;;) {
    if (signal.aborted) throw new ProvisionError('interrupted', 'interrupted while waiting for another run')
    const server = await listen(path, holder)
    if (server) return { release: () => close(server) }
    const other = await ask(path)
    // One that has just gone is in nobody's way; one that is there and does not answer is.
    if (other === undefined && silent++ === 0) continue
    const line = describeHolder(holderIn(other), stateDir)
    if (line !== told) onWait(line)
    told = line
    await sleep(200, undefined, { signal }).catch(() => undefined)
  }
}

/** What this process says of itself to those who wait for it. */
export const thisRun = (command: string): Holder => ({
  command,
  user: userInfo().username,
  machine: hostname(),
  pid: process.pid,
  since: new Date().toISOString(),
})

/** Who holds the lock of a state directory now; undefined when nobody does, or who does cannot answer. */
export async function lockHolder(stateDir: string): Promise<Holder | undefined> {
  return holderIn(await ask(socketPath(stateDir)))
}

/** Linux has socket names outside the file system, which leave nothing behind; elsewhere a short path is used. */
export function socketPath(stateDir: string): string {
  const name = `provision-${userInfo().uid}-${short(digestOf(stateDir))}`
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`)
}

function listen(path: string, holder: Holder): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end(JSON.stringify(holder))
    })
    server.once('error', (error) => {
      if (systemCode(error) === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(path, () => {
      // A lock must not keep a finished run alive.
      server.unref()
      resolve(server)
    })
  })
}

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

/** What the holder says of itself; undefined when it is gone by now. */
function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(path)
    socket.setTimeout(1_000, () => socket.destroy())
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('error', (error) => {
      // Only where sockets have paths can a dead owner leave one.
      if (systemCode(error) === 'ECONNREFUSED' && !path.startsWith('\0')) void rm(path, { force: true })
    })
    socket.on('close', () => resolve(answer === '' ? undefined : answer))
  })
}

/** Says who is at work where. */
export function describeHolder(holder: Holder | undefined, place: string): string {
  if (!holder) return `another run has been at work on ${place}`
  const { command, user, machine, pid } = holder
  const since = showTime(holder.since)
  const who = machine === undefined ? user : `${user}@${machine}`
  return `\`provision ${command}\` of ${who} (pid ${pid}) has been at work here since ${since}`
}

/** Reads what a holder says of itself; undefined when that cannot be read. */
export function holderIn(answer: string | undefined): Holder | undefined {
  try {
    const holder: unknown = answer === undefined ? undefined : JSON.parse(answer)
    return isHolder(holder) ? holder : undefined
  } catch {
    return undefined
  }
}

const isHolder = (value: unknown): value is Holder =>
  typeof value === 'object' &&
  value !== null &&
  'command' in value &&
  'since' in value &&
  typeof value.since === 'string'
