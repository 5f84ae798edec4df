import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { isProvisionError } from '../../../src/core/error.ts'
import { loadWatched } from '../../../src/transport/images/load-watch.ts'
import { fakeEngine, tell } from '../../support/fake-engine.ts'

const { signal } = new AbortController()
const patience = { silence: 50, answer: 150, most: 400 }

/** What an engine does with what it is sent; and what it does when it is asked for a word. */
async function loading(
  load: (request: IncomingMessage, response: ServerResponse) => void,
  ping: (response: ServerResponse) => void,
): Promise<unknown> {
  const engine = await fakeEngine((path, response, request) => {
    if (path.startsWith('/images/load')) load(request, response)
    else ping(response)
  })
  let sent = 0
  const total = 4_000_000
  async function* chunks(): AsyncGenerator<Buffer> {
    for (; sent < total; sent += 100_000) yield await Promise.resolve(Buffer.alloc(100_000))
  }
  try {
    const tar = Readable.from(chunks(), { objectMode: false })
    const load = { about: { host: 'app', name: 'image shop/user:1' }, tar, sent: () => sent, total }
    return await loadWatched(engine.docker, load, signal, patience).then(
      () => 'loaded',
      (error: unknown) => (isProvisionError(error) ? [error.code, error.message] : error),
    )
  } finally {
    await engine.stop()
  }
}

const answers = (response: ServerResponse): unknown => response.end('OK')
const hangs = (): undefined => undefined
const whenAllCame =
  (then: (response: ServerResponse) => unknown) => (request: IncomingMessage, response: ServerResponse) =>
    void request.resume().on('end', () => then(response))

const gone = /^app › image shop\/user:1: Docker does not answer any more, with /

test.each<[string, Parameters<typeof loading>[0], Parameters<typeof loading>[1], RegExp]>([
  ['takes no more of it, and hangs', (request) => void request.once('readable', hangs), hangs, gone],
  [
    'has all of it, and hangs',
    whenAllCame(hangs),
    hangs,
    /does not answer any more, with 4\.0 MB of 4\.0 MB sent$/,
  ],
  [
    'has all of it, hangs, and began to answer',
    (_, response) => void response.writeHead(200).write('{}\n'),
    hangs,
    gone,
  ],
  [
    'gets no further, though it answers',
    whenAllCame(hangs),
    answers,
    /: Docker has got no further for 0\.\d s, with 4\.0 MB of 4\.0 MB sent$/,
  ],
])('an engine that %s is not waited for', async (_, load, ping, message) => {
  const [code, said] = [await loading(load, ping)].flat()
  expect(code).toBe('host')
  expect(said).toMatch(message)
})

test.each<[string, Parameters<typeof loading>[0], Parameters<typeof loading>[1]]>([
  ['tells that it is at it', whenAllCame(slowly(20, '{"status":"Loading layer"}\n')), hangs],
  ['says nothing of it, but answers', whenAllCame((to) => sleep(250).then(() => tell(to, {}))), answers],
  ['takes it slowly', (request, response) => void sip(request).then(() => tell(response, {})), hangs],
])('one that %s may take its time', async (_, load, ping) => {
  expect(await loading(load, ping)).toBe('loaded')
})

function slowly(times: number, line: string) {
  return async (response: ServerResponse): Promise<void> => {
    response.writeHead(200)
    for (let i = 0; i < times; i++) {
      response.write(line)
      await sleep(30)
    }
    response.end()
  }
}

async function sip(request: IncomingMessage): Promise<void> {
  let taken = 0
  for await (const chunk of request) {
    const before = Math.floor(taken / 200_000)
    taken += Buffer.isBuffer(chunk) ? chunk.length : 0
    if (Math.floor(taken / 200_000) > before) await sleep(20)
  }
}
