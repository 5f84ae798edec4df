import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createLimit } from '../../../src/core/async/limit.ts'
import type { ContainerInspection } from '../../../src/transport/docker/state.ts'
import { readinessCheck } from '../../../src/transport/ready/check.ts'
import type { Readied } from '../../../src/transport/ready/place.ts'
import { fakeConnection } from '../../support/fake-connection.ts'
import { fakeEngine, frame, tell } from '../../support/fake-engine.ts'
import { matching } from '../../support/matching.ts'

const never = new AbortController().signal
const waiting = { reason: matching(/no line of its log matches/) }

const startedAt = (StartedAt: string): ContainerInspection => ({
  Id: 'id',
  Created: StartedAt,
  Image: 'sha256:image',
  RestartCount: 0,
  State: {
    Status: 'running',
    Running: true,
    ExitCode: 0,
    StartedAt,
    FinishedAt: '0001-01-01T00:00:00Z',
    OOMKilled: false,
  },
  Config: { Image: 'image', Labels: {}, Env: [], Cmd: [], User: '', Tty: false },
  HostConfig: { NetworkMode: 'default' },
  NetworkSettings: { Networks: {} },
})

/** A container whose log the test writes: each reading of it is one response. */
async function logCheck(pattern: string) {
  const readings: ServerResponse[] = []
  const engine = await fakeEngine((path, response) => {
    if (path.endsWith('/json')) tell(response, { Name: '/user', Id: 'user', Config: { Tty: false } })
    else {
      response.flushHeaders()
      readings.push(response)
    }
  })
  const place = { connection: fakeConnection(), docker: engine.docker, limit: createLimit(5) }
  const attempt = readinessCheck(place, 'user', { by: 'log', pattern }, never)
  return {
    attempt: (start: string) => attempt(startedAt(start), never),
    async begun(count: number) {
      while (readings.length < count) await sleep(5)
    },
    async says(reading: number, line: string) {
      readings[reading]?.write(frame('stdout', `2026-01-01T00:00:00.000000001Z ${line}\n`))
      await sleep(50)
    },
    stop: () => engine.stop(),
  }
}

const first = '2026-01-01T00:00:00Z'
const second = '2026-01-01T00:00:09Z'

test.each([
  ['started', 'it started'],
  ['{"msg":"started"', '{"msg":"started"}'],
  [String.raw`started \- ok`, 'started - ok'],
  ['in {n} ms', 'in {n} ms'],
  [String.raw`[\w-.]+`, 'a-b'],
])('a log check for %s is content with %s', async (pattern, line) => {
  const log = await logCheck(pattern)
  try {
    expect(await log.attempt(first)).toEqual(waiting)
    await log.begun(1)
    await log.says(0, 'other')
    await log.says(0, line)
    expect(await log.attempt(first)).toBe('ready')
  } finally {
    await log.stop()
  }
})

test('what a former start has said counts for nothing', async () => {
  const log = await logCheck('started')
  try {
    await log.attempt(first)
    await log.begun(1)
    await log.says(0, 'started')
    expect(await log.attempt(second)).toEqual(waiting)
    await log.begun(2)
    expect(await log.attempt(second)).toEqual(waiting)
    await log.says(1, 'started')
    expect(await log.attempt(second)).toBe('ready')
  } finally {
    await log.stop()
  }
})

test('nor does what is still heard of it', async () => {
  const log = await logCheck('started')
  try {
    await log.attempt(first)
    await log.begun(1)
    expect(await log.attempt(second)).toEqual(waiting)
    await log.begun(2)
    await log.says(0, 'started')
    expect(await log.attempt(second)).toEqual(waiting)
  } finally {
    await log.stop()
  }
})

const onHost: ContainerInspection['HostConfig'] = { NetworkMode: 'host' }

test.each<[string, readonly string[], Readied]>([
  ['at all addresses', ['127.0.0.1', '10.0.0.5'], 'ready'],
  ['at the host’s alone', ['10.0.0.5'], 'ready'],
  ['at none', [], { reason: 'TCP 127.0.0.1:7000: refused' }],
  [
    'at none, where that of the host is another machine’s',
    ['silent'],
    { reason: 'TCP 127.0.0.1:7000: refused' },
  ],
])('on the network of its host a container is found that listens %s', async (_, open, expected) => {
  const connection = fakeConnection({
    forwardPort: (address) => {
      if (open.includes(address)) return Promise.resolve(new PassThrough())
      const isSilent = address !== '127.0.0.1' && open.includes('silent')
      return isSilent ? new Promise(() => undefined) : Promise.reject(new Error('refused'))
    },
  })
  const engine = await fakeEngine((__, response) => tell(response, {}))
  const place = { connection, docker: engine.docker, limit: createLimit(5) }
  const check = { by: 'tcp', port: 7000, hostAddress: '10.0.0.5' } as const
  const attempt = readinessCheck(place, 'user', check, never)
  expect(await attempt({ ...startedAt(first), HostConfig: onHost }, never)).toEqual(expected)
  await engine.stop()
})

type Health = ContainerInspection['State']['Health']

test.each<[string, Health, Readied]>([
  [
    'its first check is to come',
    { Status: 'starting', Log: [] },
    { reason: 'its health check says starting' },
  ],
  [
    'checks have failed',
    {
      Status: 'unhealthy',
      Log: [
        { ExitCode: 0, Output: 'fine' },
        { ExitCode: 1, Output: 'no such\nconnection refused\n' },
      ],
    },
    { reason: 'its health check says unhealthy (exit code 1: connection refused)' },
  ],
  [
    'they say nothing',
    { Status: 'starting', Log: [{ ExitCode: 2, Output: ' \n' }] },
    { reason: 'its health check says starting (exit code 2)' },
  ],
  ['it is healthy', { Status: 'healthy' }, 'ready'],
])('of the health that Docker tells when %s', async (_, Health, expected) => {
  const container = startedAt(first)
  expect(await (await healthCheck())({ ...container, State: { ...container.State, Health } }, never)).toEqual(
    expected,
  )
})

test.each<[string, Health]>([
  ['none in Docker of today', undefined],
  ['one that is turned off', { Status: 'none' }],
])('there is no waiting for a health check: %s', async (_, Health) => {
  const container = startedAt(first)
  const attempt = await healthCheck()
  await expect(attempt({ ...container, State: { ...container.State, Health } }, never)).rejects.toMatchObject(
    {
      code: 'ready',
      message: 'ready.health: its image has no HEALTHCHECK',
    },
  )
})

/** It asks nothing: Docker tells with the container what came of its checks. */
async function healthCheck() {
  const engine = await fakeEngine((__, response) => tell(response, {}))
  await engine.stop()
  const place = { connection: fakeConnection(), docker: engine.docker, limit: createLimit(5) }
  return readinessCheck(place, 'user', { by: 'health' }, never)
}
