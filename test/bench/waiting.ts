import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { timeLimit } from '../../src/transport/time-limit.ts'

/** Between two looks, milliseconds. */
const pause = 10

export interface Limits {
  readonly signal: AbortSignal
  /** Milliseconds, default one minute. */
  readonly limit?: number
}

/** What has not answered by then is asked once more beside it: a packet that is lost comes again only after a second. */
const slow = 50

/**
 * Asks again and again, for as long as allowed and no longer.
 * @throws Error when the answer does not come
 */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  { signal, limit = 60_000 }: Limits,
): Promise<void> {
  const end = performance.now() + limit
  let done = false
  const ask = async (): Promise<void> => {
    if (await isSo().catch(() => false)) done = true
  }
  const isDone = (): boolean => done
  while (!isDone()) {
    signal.throwIfAborted()
    if (performance.now() > end) throw new Error(`${what}: not within ${limit / 1000} s`)
    await Promise.race([ask(), sleep(slow)])
    if (!isDone()) await sleep(pause)
  }
}

/** Whether GET answers with success, and with this text in it. */
export async function serves(url: string, text = ''): Promise<boolean> {
  const answer = await fetch(url, { signal: timeLimit(2_000), headers: { connection: 'close' } })
  return (await answer.text()).includes(text) && answer.ok
}

/** Whether a RabbitMQ answers there to the first bytes of AMQP 0-9-1. */
export function shakesHands(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true }, () => socket.write('AMQP\0\0\t\u0001'))
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(2_000, () => end(false))
    // A frame of the kind "method": Connection.Start.
    socket.once('data', (data) => end(data[0] === 1))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}
