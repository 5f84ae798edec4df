import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDetour, type Detour } from './detour.ts'
import { randomFrom } from './faults.ts'
import type { Sshd } from './sshd.ts'

/** What a network does to the bytes that go one way. */
export interface Weather {
  /** The fault comes once so many bytes have passed; without a number there is none. */
  readonly after?: number
  /** `swallow`: from then on nothing passes either way, and nobody is told. */
  readonly fault?: 'stall' | 'swallow' | 'reset' | 'close'
  /** Of a stall. Milliseconds. */
  readonly pause?: number
  /** Bytes a second. */
  readonly rate?: number
  /** The most bytes in one segment. */
  readonly segment?: number
  /** Of each segment, the chance to come late, as one that had to be sent again, and by how much. Milliseconds. */
  readonly late?: { readonly chance: number; readonly by: number }
}

/** What happens to a connection: bytes to the host, bytes from it. */
export interface Path {
  readonly up?: Weather
  readonly down?: Weather
}

/** A way to an sshd through a bad network. */
export interface FaultyProxy extends Pick<Detour, 'target' | 'stop'> {
  /** How many connections it has been asked for. */
  readonly connections: () => number
  /** How many faults have come. */
  readonly faults: () => number
}

/** Starts one on a loopback port; `pathOf` is asked for each connection, by its number from 0. */
export async function faultyProxy(
  sshd: Pick<Sshd, 'target' | 'folder'>,
  seed: number,
  pathOf: (connection: number) => Path,
): Promise<FaultyProxy> {
  const stopped = new AbortController()
  let connections = 0
  let faults = 0
  const keep = (socket: Socket, other: () => Socket): void => {
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (!dead.has(other())) other().destroy()
    })
  }
  /** Sockets whose other end must learn nothing. */
  const dead = new Set<Socket>()
  const detour = await startDetour(sshd, (client, host) => {
    const number = connections++
    const { up, down } = pathOf(number)
    keep(client, () => host)
    keep(host, () => client)
    const line: Line = { silent: false }
    const carryOn = (from: Socket, to: Socket, weather: Weather | undefined, random: () => number): void => {
      const swallow = (): void => {
        line.silent = true
        dead.add(client).add(host)
      }
      carry(from, to, weather ?? {}, {
        random,
        line,
        swallow,
        stop: stopped.signal,
        onFault: () => faults++,
      }).catch(() => undefined)
    }
    carryOn(client, host, up, randomFrom(seed + 2 * number))
    carryOn(host, client, down, randomFrom(seed + 2 * number + 1))
  })
  return {
    ...detour,
    connections: () => connections,
    faults: () => faults,
    async stop() {
      stopped.abort()
      dead.clear()
      await detour.stop()
    },
  }
}

interface Line {
  silent: boolean
}

interface Way {
  readonly random: () => number
  readonly line: Readonly<Line>
  readonly swallow: () => void
  readonly stop: AbortSignal
  readonly onFault: () => void
}

/** Carries bytes from one socket to the other, with backpressure, through the weather. */
async function carry(from: Socket, to: Socket, weather: Weather, way: Way): Promise<void> {
  const { after = Infinity, fault, pause = 0, rate, segment = Infinity, late } = weather
  let passed = 0
  let until = after
  const meet = async (): Promise<void> => {
    until = Infinity
    way.onFault()
    if (fault === 'stall') await sleep(pause, undefined, { signal: way.stop })
    if (fault === 'swallow') way.swallow()
    if (fault === 'reset') [from, to].forEach((socket) => socket.resetAndDestroy())
    if (fault === 'close') [from, to].forEach((socket) => socket.end())
  }
  for await (const chunk of from) {
    if (!Buffer.isBuffer(chunk)) continue
    for (let at = 0; at < chunk.length;) {
      if (passed >= until) await meet()
      const most = Math.min(segment, until - passed, rate === undefined ? Infinity : rate / 20)
      const piece = chunk.subarray(at, at + Math.max(1, Math.floor(Math.min(most, chunk.length))))
      at += piece.length
      passed += piece.length
      if (way.line.silent) continue
      if (late && way.random() < late.chance) {
        way.onFault()
        await sleep(late.by, undefined, { signal: way.stop })
      }
      if (rate !== undefined) await sleep((piece.length / rate) * 1000, undefined, { signal: way.stop })
      if (!to.write(piece)) await once(to, 'drain', { signal: way.stop })
      else if (segment < 100) await new Promise(setImmediate)
    }
  }
  if (!way.line.silent) to.end()
}
