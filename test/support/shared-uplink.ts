import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDetour, type Detour } from './detour.ts'
import type { Sshd } from './sshd.ts'

/**
 * A way to an sshd as through a router that holds much: what all connections send goes one after the other, at so many bytes a
 * second, and waits behind up to so many others.
 */
export async function sharedUplink(
  sshd: Pick<Sshd, 'target' | 'folder'>,
  { rate, queue }: { readonly rate: number; readonly queue: number },
): Promise<Pick<Detour, 'target' | 'stop'>> {
  const waiting: { readonly chunk: Buffer; readonly from: Socket; readonly to: Socket }[] = []
  let size = 0
  let isSending = false
  const send = async (): Promise<void> => {
    if (isSending) return
    isSending = true
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await sleep((next.chunk.length / rate) * 1_000)
      size -= next.chunk.length
      if (!next.to.destroyed) next.to.write(next.chunk)
      if (size < queue) next.from.resume()
    }
    isSending = false
  }
  return startDetour(sshd, (client, host) => {
    for (const [from, to] of [
      [client, host],
      [host, client],
    ] as const) {
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
    host.pipe(client)
    client.on('data', (chunk) => {
      waiting.push({ chunk, from: client, to: host })
      size += chunk.length
      if (size >= queue) client.pause()
      void send()
    })
  })
}
