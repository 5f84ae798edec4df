import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type Dockerode from 'dockerode'
import { download } from '../../../src/transport/docker/download.ts'
import { localEngine } from '../../../src/transport/docker/engine.ts'
import { tell } from '../../support/fake-engine.ts'

/** An engine that a test has stuck in the middle, and what it does not answer. */
const stuck = { is: false }
let folder: string
let env: { readonly DOCKER_HOST: string }
const server = createServer(({ url = '' }, response) => {
  const answer = (work: (response: ServerResponse) => void) => {
    if (!stuck.is) work(response)
  }
  if (url === '/_ping') answer((to) => to.end('OK'))
  else if (url.startsWith('/images/get')) response.writeHead(200).write('a beginning')
  else if (url.startsWith('/slow')) void sleep(600).then(() => answer((to) => to.end('at last')))
  else if (url.startsWith('/quick')) answer((to) => tell(to, {}))
})
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'provision-hanging-'))
  env = { DOCKER_HOST: `unix://${join(folder, 'sock')}` }
  server.listen(join(folder, 'sock'))
  await once(server, 'listening')
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

const { signal } = new AbortController()
const read = async (docker: Dockerode, path: string) =>
  text(await download(docker, path, new URLSearchParams(), signal))

test.each<[string, (docker: Dockerode) => Promise<unknown>]>([
  ['tells nothing', (docker) => docker.getImage('shop').inspect()],
  ['does not end what it has begun to tell', (docker) => read(docker, '/images/get')],
  ['takes no more of what it is sent', (docker) => docker.loadImage(endless())],
  ['does not do what it is to do', (docker) => docker.createContainer({ Image: 'shop' })],
  ['leaves an image unnamed', (docker) => docker.getContainer('shop').commit({ repo: 'shop' })],
])('an engine that %s and says no word is given up', async (_, work) => {
  stuck.is = false
  const docker = await localEngine(env, 300)
  stuck.is = true
  await expect(work(docker)).rejects.toMatchObject({
    code: 'engine',
    message: 'the Docker engine of this machine hangs: it leaves calls unanswered',
    output: `DOCKER_HOST ${env.DOCKER_HOST}: no answer within 0.9 s`,
  })
})

async function* chunks(): AsyncGenerator<Buffer> {
  for (;;) yield await Promise.resolve(Buffer.alloc(1 << 16))
}
const endless = () => Readable.from(chunks(), { objectMode: false })

test('one that is at work may take its time, over a connection that was idle as well', async () => {
  stuck.is = false
  const docker = await localEngine(env, 300)
  expect(await read(docker, '/slow')).toBe('at last')
  await read(docker, '/quick')
  expect(await read(docker, '/slow')).toBe('at last')
})

test('of one that answers, a call that asks is not waited for without end, while work is', async () => {
  stuck.is = false
  const docker = await localEngine(env, 50)
  const asked = docker.listContainers()
  await expect(asked).rejects.toMatchObject({
    message: 'the Docker engine of this machine hangs: it leaves calls unanswered',
    output: `DOCKER_HOST ${env.DOCKER_HOST}: GET /containers/json: no answer within 1.5 s`,
  })
  const stop = new AbortController()
  const working = download(docker, '/never', new URLSearchParams(), stop.signal).catch(() => 'stopped')
  expect(await Promise.race([working, sleep(2_000, 'at work')])).toBe('at work')
  stop.abort()
  expect(await working).toBe('stopped')
})
