import { Duplex } from 'node:stream'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Action } from '../../../src/core/action.ts'
import { lostError } from '../../../src/transport/ssh/error.ts'
import { dockerOf } from '../../../src/transport/docker/index.ts'
import { fakeConnection } from '../../support/fake-connection.ts'
import { fakeEngine, tell } from '../../support/fake-engine.ts'
import { builtImageOf } from '../../support/made.ts'

/** Takes all that is written, and never says anything. */
const silent = (): Duplex => new Duplex({ read: () => undefined, write: (_, __, done) => done() })

const portOf = () =>
  dockerOf(fakeConnection({ forwardSocket: () => Promise.resolve(silent()) }), undefined, undefined, {
    answer: 100,
    action: 200,
  })

test('an engine that does not answer is given up, and named', async () => {
  const port = portOf()
  const asked = port.probe([{ ask: 'owned', playbook: 'p', environment: 'e' }], new AbortController().signal)
  await expect(asked).rejects.toMatchObject({ code: 'host', message: 'app › docker: no answer within 0.1 s' })
  await port.close()
})

test.each<Action>([
  { do: 'create-network', name: 'net', body: { Driver: 'bridge', Internal: false, Labels: {} } },
  { do: 'connect-container', name: 'user', network: 'back', aliases: [] },
  { do: 'start-container', name: 'user' },
  { do: 'stop-container', name: 'user', grace: 0 },
  { do: 'remove-container', name: 'user' },
  { do: 'prune-images' },
  { do: 'load-image', image: builtImageOf('shop/user:latest', 'i1') },
  { do: 'await-container', name: 'user', check: { by: 'running' }, timeout: 0 },
])('so is one that does not end what it does: $do', async (action) => {
  const port = portOf()
  const [outcome] = await port.perform([action], new AbortController().signal)
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: 'host', message: 'app › docker: no answer within 0.2 s' },
  })
  await port.close()
})

test.each([
  ['before', 0],
  ['a moment after', 30],
])('what fails because the connection was lost is told as that, where this shows %s', async (_, later) => {
  const lost = new AbortController()
  const cut = new Error('read ECONNRESET')
  const connection = fakeConnection({
    lost: lost.signal,
    forwardSocket: () => {
      setTimeout(() => lost.abort(lostError('app', cut)), later)
      return new Promise((_resolve, reject) => setTimeout(() => reject(cut), Math.max(1, later - 20)))
    },
  })
  const port = dockerOf(connection)
  const [outcome] = await port.perform(
    [{ do: 'start-container', name: 'user' }],
    new AbortController().signal,
  )
  expect(outcome?.ok === false && outcome.error.message).toMatch(/^app: the connection was lost/)
  await port.close()
})

const body = {
  Image: 'shop/user',
  Env: [],
  Labels: {},
  ExposedPorts: {},
  HostConfig: { PortBindings: {}, Binds: [], RestartPolicy: { Name: 'no' } },
}

test.each<Action>([
  { do: 'create-container', name: 'user.provision-new', body },
  { do: 'rename-container', name: 'user.provision-new', to: 'user' },
])('what Docker would do all the same is waited for: $do', async (action) => {
  const stop = new AbortController()
  const asked: string[] = []
  const engine = await fakeEngine((path, response) => {
    asked.push(path)
    stop.abort()
    setTimeout(() => tell(response, { Id: 'c' }, path.includes('/rename') ? 204 : 201), 50)
  })
  const port = dockerOf(fakeConnection({ forwardSocket: engine.dial }))
  expect(await port.perform([action], stop.signal)).toMatchObject([{ ok: true }])
  // But nothing is begun after a stop.
  expect(await port.perform([action], stop.signal)).toMatchObject([{ error: { code: 'interrupted' } }])
  expect(asked).toHaveLength(1)
  await port.close()
  await engine.stop()
})

test('a container is put on a further network, under its own name', async () => {
  const asked: unknown[] = []
  const engine = await fakeEngine((path, response, request) => {
    void json(request).then((body) => {
      asked.push([request.method, path, body])
      if (asked.length === 1) tell(response, {}, 200)
      else tell(response, { message: 'network back not found' }, 404)
    })
  })
  const port = dockerOf(fakeConnection({ forwardSocket: engine.dial }))
  const connecting = () =>
    port.perform(
      [{ do: 'connect-container', name: 'user.provision-new', network: 'back', aliases: ['user'] }],
      new AbortController().signal,
    )
  expect(await connecting()).toEqual([{ ok: true }])
  expect(asked).toMatchObject([
    [
      'POST',
      '/networks/back/connect',
      { Container: 'user.provision-new', EndpointConfig: { Aliases: ['user'] } },
    ],
  ])
  const message = 'app › container user: network back not found'
  expect(await connecting()).toMatchObject([
    { error: { code: 'action', message, help: 'the image or network is not on this host' } },
  ])
  await port.close()
  await engine.stop()
})

test('an interruption is told as such', async () => {
  const port = portOf()
  const stop = new AbortController()
  const acting = port.perform([{ do: 'start-container', name: 'user' }], stop.signal)
  stop.abort()
  expect(await acting).toMatchObject([{ ok: false, error: { code: 'interrupted' } }])
  await port.close()
})
