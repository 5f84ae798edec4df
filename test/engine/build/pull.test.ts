import Dockerode from 'dockerode'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { pullImage } from '../../../src/engine/build/pull.ts'
import type { BuildTask } from '../../../src/engine/build/task.ts'
import { temporaryFolder } from '../../support/folder.ts'

/** An engine that answers a pull in a way of its own: no registry is at hand when tests run. */
async function engineThat(
  answers: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<Dockerode> {
  const socketPath = join(temporaryFolder(), 'docker.sock')
  const server = createServer((request, response) => answers(response, request))
  await new Promise<void>((done) => server.listen(socketPath, done))
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  return new Dockerode({ protocol: 'http', host: undefined, socketPath })
}

const messages =
  (...all: object[]) =>
  (response: ServerResponse): void => {
    response.writeHead(200)
    response.end(all.map((message) => `${JSON.stringify(message)}\r\n`).join(''))
  }

function watched() {
  const shown: string[] = []
  const task: BuildTask = {
    line: (text) => shown.push(text),
    progress: (done, total, unit) => shown.push(`${done}/${total} ${unit}`),
    tail: () => shown.join('\n'),
  }
  return { shown, task }
}

const signal = new AbortController().signal

test('the bytes of all layers are shown', async () => {
  const layer = (id: string, current: number, total: number) => ({
    status: 'Downloading',
    id,
    progressDetail: { current, total },
  })
  const engine = await engineThat(
    messages(
      { status: 'Pulling from library/a', id: '1' },
      layer('x', 1, 10),
      layer('y', 5, 20),
      layer('x', 10, 10),
      { status: 'Extracting', id: 'x', progressDetail: { current: 1, total: 99 } },
      { status: 'Pull complete', id: 'x', progressDetail: {} },
    ),
  )
  const { shown, task } = watched()
  await pullImage(engine, 'a:1', task, { signal })
  expect(shown).toEqual([
    '1: Pulling from library/a',
    '1/10 bytes',
    '6/30 bytes',
    '15/30 bytes',
    'x: Pull complete',
  ])
})

test.each<[string, (response: ServerResponse) => void, string]>([
  ['refuses', (response) => response.writeHead(404).end('{"message":"no such image"}'), 'no such image'],
  [
    'fails half way',
    messages({ status: 'Pulling' }, { error: 'gone', errorDetail: { message: 'layer gone' } }),
    'layer gone',
  ],
  ['says nothing', () => undefined, 'the registry did not answer within 0.2 s'],
])('a registry that %s', async (_, answers, reason) => {
  const engine = await engineThat(answers)
  await expect(pullImage(engine, 'a:1', watched().task, { signal, patience: 200 })).rejects.toMatchObject({
    code: 'build',
    message: `image a:1: it is not on this machine and cannot be pulled: ${reason}`,
  })
})

test('a slow pull is waited for once it has begun', async () => {
  const engine = await engineThat((response) => {
    response.writeHead(200)
    response.write('{"status":"Pulling"}\n')
    setTimeout(() => response.end('{"status":"done"}\n'), 500)
  })
  const { shown, task } = watched()
  await pullImage(engine, 'a:1', task, { signal, patience: 200 })
  expect(shown).toEqual(['Pulling', 'done'])
})

test.each([
  ['nothing', undefined, undefined],
  ['a login', { username: 'me', password: 'pw', serveraddress: 'own.example' }, 'own.example'],
])('a registry is shown %s', async (_, login, server) => {
  const heads: unknown[] = []
  const engine = await engineThat((response, { headers, url }) => {
    const shown = headers['x-registry-auth']
    heads.push(
      typeof shown === 'string' ? JSON.parse(Buffer.from(shown, 'base64url').toString()) : shown,
      url,
    )
    messages({ status: 'done' })(response)
  })
  await pullImage(engine, 'own.example/a:1', watched().task, { signal, login })
  expect(heads).toEqual([server && login, '/images/create?fromImage=own.example%2Fa&tag=1'])
})
