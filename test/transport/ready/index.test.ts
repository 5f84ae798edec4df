import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { ContainerInspection } from '../../../src/transport/docker/state.ts'
import { isWanted, judged, statusIn } from '../../../src/transport/ready/port.ts'
import { reachAt, type Readied } from '../../../src/transport/ready/place.ts'
import { startOfLog } from '../../../src/transport/ready/check.ts'
import { ending, pauseAfter, tryUntil, wentWell } from '../../../src/transport/ready/index.ts'

/** What Docker says of what never was. */
const never = '0001-01-01T00:00:00Z'

const running: ContainerInspection = {
  Id: 'id',
  Created: '2026-01-01T00:00:00Z',
  Image: 'sha256:image',
  RestartCount: 0,
  State: {
    Status: 'running',
    Running: true,
    ExitCode: 0,
    StartedAt: 'then',
    FinishedAt: never,
    OOMKilled: false,
  },
  Config: { Image: 'image', Labels: {}, Env: [], Cmd: [], User: '', Tty: false },
  HostConfig: { NetworkMode: 'default' },
  NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } },
}
const inState = (state: Partial<ContainerInspection['State']>, restarts = 0): ContainerInspection => ({
  ...running,
  RestartCount: restarts,
  State: { ...running.State, ...state },
})

test.each<[string, ContainerInspection, number, string | undefined]>([
  ['runs', running, 0, undefined],
  ['is not started yet', inState({ Status: 'created' }), 0, undefined],
  ['exited', inState({ Status: 'exited', ExitCode: 3 }), 0, 'it ended (exit code 3)'],
  ['is dead', inState({ Status: 'dead', ExitCode: 1 }), 0, 'it ended (exit code 1)'],
  ['restarts for the first time', inState({ Status: 'restarting', ExitCode: 1 }, 1), 0, undefined],
  [
    'restarts again',
    inState({ Status: 'restarting', ExitCode: 1 }, 2),
    0,
    'it keeps restarting (exit code 1)',
  ],
  ['runs again after that', inState({}, 2), 0, undefined],
  ['was never seen between two starts', inState({}, 3), 0, 'it keeps restarting'],
  ['restarted only before', inState({}, 7), 7, undefined],
  [
    'used too much memory',
    { ...inState({ Status: 'exited', OOMKilled: true }), HostConfig: { Memory: 64_000_000 } },
    0,
    'it ended (killed for want of memory, its limit is 64.0 MB)',
  ],
])('a container that %s', (_, container, before, expected) => {
  expect(ending(container, before)).toBe(expected)
})

test.each<[string, ContainerInspection, boolean]>([
  ['runs', running, false],
  ['ended well', inState({ Status: 'exited' }), true],
  ['is started again after that', inState({ Status: 'restarting' }), true],
  ['ended otherwise', inState({ Status: 'exited', ExitCode: 1 }), false],
  ['was killed for want of memory', inState({ Status: 'exited', OOMKilled: true }), false],
])('a container that %s has done its work: %#', (_, container, expected) => {
  expect(wentWell(container)).toBe(expected)
})

test.each<[string, string, ContainerInspection['NetworkSettings']['Networks'], string | undefined]>([
  ['on the default network', 'default', { bridge: { IPAddress: '172.17.0.2' } }, '172.17.0.2'],
  [
    'on several, where it was made',
    'back',
    { a: { IPAddress: '10.0.0.1' }, back: { IPAddress: '10.1.0.1' } },
    '10.1.0.1',
  ],
  ['on the network of its host', 'host', { host: { IPAddress: '' } }, '127.0.0.1'],
  ['without a network', 'none', { none: { IPAddress: '' } }, undefined],
])('address of a container %s', (_, NetworkMode, Networks, expected) => {
  expect(reachAt({ ...running, HostConfig: { NetworkMode }, NetworkSettings: { Networks } })).toBe(expected)
})

test.each([
  [200, undefined, true],
  [302, undefined, true],
  [404, undefined, false],
  [503, undefined, false],
  [101, undefined, false],
  [404, 404, true],
  [200, 404, false],
])('status %i where %s is wanted', (got, wanted, expected) => {
  expect(isWanted(got, wanted)).toBe(expected)
})

test.each([
  [200, undefined, 'ready'],
  [503, undefined, { reason: 'GET x: answered 503' }],
  [200, 204, { reason: 'GET x: answered 200, and 204 is expected' }],
  [0, undefined, { reason: 'GET x: answered something that is not HTTP' }],
])('status %i where %s is wanted is told as %j', (got, wanted, expected) => {
  expect(judged('GET x', got, wanted)).toEqual(expected)
})

test.each([
  ['HTTP/1.1 204 No Content', 204],
  ['HTTP/1.0 500 Oops\r', 500],
  ['AMQP', 0],
  ['', 0],
])('status in %j', (line, expected) => {
  expect(statusIn(line)).toBe(expected)
})

test('tries come quickly at first and never more than 250 ms apart', () => {
  const pauses = [0, 1_000, 4_000, 6_000, 10_000, 25_000, 600_000].map(pauseAfter)
  expect(pauses).toEqual([40, 40, 40, 60, 100, 250, 250])
})

test.each([
  ['all of it for a first start, also what is older than that start is said to be', never, undefined],
  ['what came after the last end', '2026-01-31T12:00:00.123456789Z', '2026-01-31T12:00:00.123456789Z'],
])('of a log counts %s', (_, FinishedAt, since) => {
  expect(startOfLog(inState({ StartedAt: '2026-01-31T12:00:01Z', FinishedAt }))).toBe(since)
})

test.each<[string, (ends: AbortSignal, no: number) => Promise<Readied>, string]>([
  [
    'by its own time, which says more than what came before',
    (_, no) => Promise.resolve(no === 1 ? { reason: 'refused' } : { reason: 'no answer', cut: true }),
    'no answer',
  ],
  [
    'by the end of the wait, which says less',
    async (ends, no) => {
      if (no > 1) await once(ends, 'abort')
      return no === 1 ? { reason: 'refused' } : { reason: 'no answer', cut: true }
    },
    'refused',
  ],
])('a try that is cut off %s', async (_, attempt, reason) => {
  const { signal } = new AbortController()
  let tries = 0
  const present = () => ({ container: running, over: signal })
  const end = await tryUntil(300, present, (__, ends) => attempt(ends, ++tries), signal)
  expect(end).toEqual({ because: 'not ready after 0.3 s', details: [reason] })
})
