import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import type { Connection } from '../../../src/transport/ssh/connection.ts'
import { onAbort } from '../../../src/core/async/abort.ts'
import { performFiles } from '../../../src/transport/files/index.ts'
import { sendWatched, type Gauge } from '../../../src/transport/files/watched.ts'
import { interruption } from '../../../src/transport/session/exec-error.ts'
import { shellConnection } from '../../support/shell-connection.ts'
import { bulkOver, failure, never } from '../../support/transport.ts'

const patience = { silence: 20, most: 100 }
const chunk = Buffer.alloc(1_000)
const longer = 400

/** A host that does nothing until it is told to stop. */
const untilCut = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => onAbort(signal, () => reject(interruption('box', signal))))

async function* chunks(times: number, pause = 0): AsyncGenerator<Buffer> {
  for (let i = 0; i < times; i++) {
    await sleep(pause)
    yield chunk
  }
}

async function take(gauge: Gauge, from: AsyncIterable<Uint8Array>, pause = 0): Promise<void> {
  for await (const one of gauge.through(from)) await sleep(one.length > 0 ? pause : 0)
}

const send = (work: Parameters<typeof sendWatched>[2]) =>
  sendWatched({ host: 'box', size: 4_000, patience }, never, work)

describe('a host that gets no further is not waited for', () => {
  it.each<[string, (signal: AbortSignal, gauge: Gauge) => Promise<unknown>, RegExp]>([
    ['that has taken nothing', (signal, gauge) => (gauge.sent(0), untilCut(signal)), /with 0 B sent$/],
    [
      'that takes no more',
      async (signal, gauge) => {
        const stream = gauge.through(chunks(4))
        await stream.next()
        return untilCut(signal)
      },
      /with 1\.0 kB sent$/,
    ],
    [
      'that has all',
      async (signal, gauge) => {
        await take(gauge, chunks(4))
        return untilCut(signal)
      },
      /with 4\.0 kB sent$/,
    ],
  ])('one %s', async (_, work, sent) => {
    const { code, message } = await failure(send(work))
    expect(code).toBe('host')
    expect(message).toMatch(/^box: files get no further there for 0\.\d s/)
    expect(message).toMatch(sent)
  })

  it('nor its lock kept by what puts files in place', async () => {
    const connection: Connection = {
      ...shellConnection({ title: 'sh', argv: ['sh'] }),
      openly: (_, { stdin, signal }) => {
        if (!Buffer.isBuffer(stdin)) stdin.once('readable', () => undefined)
        return untilCut(signal)
      },
    }
    const content = { from: 'text', text: 'new' } as const
    const rights = { mode: undefined, owner: undefined, group: undefined }
    const write = {
      do: 'write',
      path: '/srv/a',
      content,
      digest: digestOf('new'),
      size: 3,
      ...rights,
    } as const
    const routes = { connection, openBulk: bulkOver(connection), user: 'root', patience }
    expect((await failure(performFiles(routes, [write], never))).message).toMatch(
      /^box: files get no further/,
    )
  })
})

describe('one may take its time', () => {
  it.each<[string, (signal: AbortSignal, gauge: Gauge) => Promise<unknown>]>([
    ['that takes it slowly', (_, gauge) => take(gauge, chunks(12), 40)],
    ['that waits for what is to be sent', (_, gauge) => take(gauge, chunks(2, longer))],
    ['that is not reached yet', () => sleep(longer)],
  ])('%s', async (_, work) => {
    await send(async (signal, gauge) => {
      await work(signal, gauge)
      signal.throwIfAborted()
    })
  })

  it('the more, the more it has to do with', async () => {
    const size = 4_000_000_000
    await sendWatched({ host: 'box', size, patience }, never, async (signal, gauge) => {
      gauge.sent(0)
      await sleep(longer)
      signal.throwIfAborted()
    })
  })
})

it('who stops it is told that it was stopped', async () => {
  const stop = new AbortController()
  const sending = sendWatched({ host: 'box', size: 0, patience }, stop.signal, untilCut)
  stop.abort()
  expect((await failure(sending)).code).toBe('interrupted')
})
