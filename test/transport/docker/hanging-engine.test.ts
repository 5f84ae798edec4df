import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type Dockerode from 'dockerode'
import { act } from '../../../src/transport/docker/actions.ts'
import { createLimit } from '../../../src/core/async/limit.ts'
import { answerAll } from '../../../src/transport/docker/probe.ts'
import { sendImage } from '../../../src/transport/images/send.ts'
import { fakeEngine, tell } from '../../support/fake-engine.ts'
import { builtImageOf } from '../../support/made.ts'

type Work = (docker: Dockerode, signal: AbortSignal) => Promise<unknown>

const image = builtImageOf('shop/user:latest', 'i1')
const net = { Driver: 'bridge', Internal: false, Labels: {} } as const

const send: Work = (docker, signal) =>
  sendImage(docker, image, () => Promise.resolve(), { host: 'app', signal })

/** At which call an engine hangs, and what it says to the others. */
test.each<[string, Work, RegExp, (response: ServerResponse, path: string) => void]>([
  [
    'asked for an image that is to be sent',
    send,
    /\/images\/.*\/json$/,
    (response) => tell(response, {}, 404),
  ],
  [
    'asked for the images that may share layers',
    send,
    /\/images\/sha256:other\/json$/,
    (response, path) =>
      path.includes('/images/json') ? tell(response, [{ Id: 'sha256:other' }]) : tell(response, {}, 404),
  ],
  [
    'asked what there is',
    (docker, signal) =>
      answerAll(docker, [{ ask: 'image', ref: image.ref }], createLimit(1), signal).catch(
        (error: unknown) => {
          // What shows to people is made of it elsewhere.
          throw Object.assign(new Error('ended', { cause: error }), { code: 'interrupted' })
        },
      ),
    /\/images\/.*\/json$/,
    (response) => tell(response, {}, 404),
  ],
  [
    'asked for a network that is there',
    (docker, signal) => act('app', docker, { do: 'create-network', name: 'net', body: net }, signal),
    /\/networks\/net$/,
    (response) => tell(response, { message: 'exists' }, 409),
  ],
  [
    'asked who has a port',
    (docker, signal) => act('app', docker, { do: 'start-container', name: 'user' }, signal),
    /\/containers\/user\/json$/,
    (response, path) =>
      path.includes('/containers/json')
        ? tell(response, [])
        : tell(response, { message: 'port is taken' }, 500),
  ],
])('an engine that hangs when %s is not waited for after an interruption', async (_, work, hangs, answer) => {
  const stop = new AbortController()
  const hanging: string[] = []
  const engine = await fakeEngine((path, response) => {
    if (hangs.test(decodeURIComponent(path.split('?')[0] ?? ''))) hanging.push(path)
    else answer(response, path)
  })
  try {
    const working = work(engine.docker, stop.signal)
    const ended = working.catch((error: unknown) => error)
    while (hanging.length === 0) await sleep(5)
    stop.abort()
    expect(await ended).toMatchObject({ code: 'interrupted' })
  } finally {
    await engine.stop()
  }
})
