import { expect, test } from 'vitest'
import { label } from '../../../src/core/label.ts'
import {
  containerName,
  containerState,
  labelsOf,
  networkState,
  ownedOf,
  type ContainerInspection,
} from '../../../src/transport/docker/state.ts'

const bare: ContainerInspection = {
  Id: 'id',
  Image: 'sha256:image',
  RestartCount: 0,
  Created: '2026-01-01T00:00:00Z',
  State: { Status: 'created', Running: false, ExitCode: 0, StartedAt: '', FinishedAt: '', OOMKilled: false },
  Config: { Image: 'app:1', Labels: null, Env: null, Cmd: null, User: '', Tty: false },
  HostConfig: {},
  NetworkSettings: { Networks: null },
}

test('a container of which Docker says nothing but null', () => {
  expect(containerState(bare)).toMatchObject({
    image: 'app:1',
    labels: {},
    env: [],
    command: [],
    binds: [],
    ports: [],
    networks: [],
    address: '',
    memory: 0,
    nanoCpus: 0,
    restartPolicy: '',
    health: undefined,
  })
})

test.each<[string, Partial<ContainerInspection>, readonly { container: string; host: string }[]]>([
  [
    'as configured, by host port',
    {
      HostConfig: {
        PortBindings: { '8080/tcp': [{ HostPort: '80' }], '53/udp': [{ HostIp: '0.0.0.0', HostPort: '53' }] },
      },
    },
    [
      { container: '53/udp', host: '53/udp' },
      { container: '8080/tcp', host: '80/tcp' },
    ],
  ],
  [
    'on one address',
    { HostConfig: { PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '80' }] } } },
    [{ container: '8080/tcp', host: '127.0.0.1:80/tcp' }],
  ],
  [
    'of Docker’s choice',
    {
      HostConfig: { PortBindings: { '8080/tcp': [{ HostPort: '' }] } },
      NetworkSettings: { Networks: {}, Ports: { '8080/tcp': [{ HostIp: '0.0.0.0', HostPort: '49153' }] } },
    },
    [{ container: '8080/tcp', host: '49153/tcp' }],
  ],
  ['none', { HostConfig: { PortBindings: null } }, []],
])('published ports: %s', (_, part, expected) => {
  expect(containerState({ ...bare, ...part }).ports).toEqual(expected)
})

test.each<[string, ContainerInspection['HostConfig']]>([
  ['binds', { Binds: ['/srv/a:/a:ro', '/srv/b:/b', 'data:/c'] }],
  [
    'mounts, and binds for the rest',
    {
      Binds: ['data:/c'],
      Mounts: [
        { Source: '/srv/b', Target: '/b' },
        { Source: '/srv/a', Target: '/a', ReadOnly: true },
      ],
    },
  ],
])('what is mounted is told alike, asked for as %s', (_, HostConfig) => {
  expect(containerState({ ...bare, HostConfig }).binds).toEqual(['/srv/a:/a:ro', '/srv/b:/b', 'data:/c'])
})

test.each([
  ['running', 'starting', 'starting'],
  ['running', 'unhealthy', 'unhealthy'],
  ['paused', 'healthy', undefined],
  ['restarting', 'unhealthy', undefined],
  ['exited', 'unhealthy', undefined],
])('health of a container that is %s, where Docker says %s', (Status, health, expected) => {
  const state = { ...bare.State, Status, Health: { Status: health } }
  expect(containerState({ ...bare, State: state }).health).toBe(expected)
})

test.each([
  ['never', '0001-01-01T00:00:00Z', false],
  ['once', '2026-01-01T00:00:00.5Z', true],
])('that it has ended %s', (_, FinishedAt, hasEnded) => {
  expect(containerState({ ...bare, State: { ...bare.State, FinishedAt } })).toMatchObject({ hasEnded })
})

test.each([
  [['/user'], 'user'],
  [['/proxy/alias', '/user'], 'user'],
  [[], ''],
])('name of a container listed as %j', (Names, expected) => {
  expect(containerName({ Names })).toBe(expected)
})

test('a network with and without a subnet of its own', () => {
  const network = { Name: 'n', Id: 'id', Driver: 'bridge', Internal: false }
  expect(networkState(network)).toMatchObject({ subnet: undefined, labels: {} })
  expect(networkState({ ...network, IPAM: { Config: [{ Subnet: '10.0.0.0/24' }] } }).subnet).toBe(
    '10.0.0.0/24',
  )
})

test('only objects of the playbook in the environment are owned', () => {
  const of = (environment: string, playbook = 'shop') => ({
    [label.playbook]: playbook,
    [label.environment]: environment,
    [label.resource]: 'app/volume/x',
    [label.version]: '1',
  })
  const owned = ownedOf('volume', { playbook: 'shop', environment: 'mine' }, [
    { name: 'a', id: 'a', labels: of('mine') },
    { name: 'b', id: 'b', labels: of('other') },
    { name: 'c', id: 'c', labels: null },
    { name: 'd', id: 'd', labels: of('mine', 'other') },
  ])
  expect(owned).toEqual([{ type: 'volume', name: 'a', id: 'a', resource: 'app/volume/x', version: '1' }])
})

test.each([
  ['of a run that was killed', { [label.trial]: '1' }, 61, ''],
  ['of one that is under way', { [label.trial]: '1' }, 3, undefined],
  ['of one on a host whose clock is ahead', { [label.trial]: '1' }, -3_600, undefined],
  ['that is no trial', { other: '1' }, 61, undefined],
  ['without labels', null, 61, undefined],
])('the labels of a container %s', (_, labels, age, resource) => {
  const scope = { playbook: 'shop', environment: 'mine' }
  const now = 1_800_000_000
  const found = labelsOf({ Labels: labels, Created: now - age }, scope, now)
  expect(ownedOf('container', scope, [{ name: 'a', id: 'a', labels: found }])[0]?.resource).toBe(resource)
})
