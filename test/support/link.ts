import type { Socket } from 'node:net'
import { Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDetour, type Detour } from './detour.ts'
import type { Sshd } from './sshd.ts'

export interface LinkOptions {
  /** Bytes a second, each way. No limit by default. */
  readonly rate?: number
  /** Of a round trip. Milliseconds, none by default. */
  readonly delay?: number
}

/** A way to an sshd as a network is: slow, far, and apt to fail. */
export interface Link extends Pick<Detour, 'target' | 'stop'> {
  /** Bytes that have gone through so far, both ways together. */
  readonly bytes: () => number
  /** Cuts all connections once so many more bytes have gone through, both ways together; new ones work. */
  cutAfter(bytes: number): void
}

/** So much waits on the way: what is sent meets the link's rate soon, as with a router that has a small buffer. Bytes. */
const queue = 32_768

/** Starts one on a loopback port. */
export async function startLink(
  sshd: Pick<Sshd, 'target' | 'folder'>,
  { rate = Infinity, delay = 0 }: LinkOptions = {},
): Promise<Link> {
  let bytes = 0
  let cutAt = Infinity
  const cut = (): void => {
    cutAt = Infinity
    detour.sockets.forEach((socket) => socket.destroy())
  }
  const carry = (from: Socket, to: Socket): void => {
    let free = 0
    const pass = async (chunk: Buffer, push: (part: Buffer) => void): Promise<void> => {
      for (let at = 0; at < chunk.length; at += packet) {
        const part = chunk.subarray(at, at + Math.min(packet, Math.max(0, cutAt - bytes)))
        free = Math.max(free, performance.now()) + (part.length / rate) * 1_000
        const wait = free - performance.now()
        if (wait >= 1) await sleep(wait)
        bytes += part.length
        push(part)
        if (bytes < cutAt) continue
        cut()
        return
      }
    }
    const slow = new Transform({
      highWaterMark: queue,
      transform(chunk: Buffer, _, callback) {
        void pass(chunk, (part) => this.push(part)).then(() => callback())
      },
    })
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
    const late = delay > 0 ? slow.pipe(delayed(delay / 2)) : slow
    from.pipe(slow)
    late.pipe(to)
  }
  const detour = await startDetour(sshd, (client, host) => {
    carry(client, host)
    carry(host, client)
  })
  return {
    ...detour,
    bytes: () => bytes,
    cutAfter(more) {
      cutAt = bytes + more
    },
  }
}

/** What a network carries at once. Bytes. */
const packet = 1_460

/** Each chunk later by so many milliseconds, without holding up the next. */
function delayed(by: number): Transform {
  let last = Promise.resolve()
  return new Transform({
    highWaterMark: 64 * 1_048_576,
    transform(chunk: Buffer, _, callback) {
      last = Promise.all([last, sleep(by)]).then(() => void this.push(chunk))
      callback()
    },
    flush(callback) {
      void last.then(() => callback())
    },
  })
}
