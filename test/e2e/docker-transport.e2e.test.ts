import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { label } from '../../src/core/label.ts'
import { secret } from '../../src/core/secret/index.ts'
import { made, never, startDockerHost, waiting, awaiting, type DockerHost } from '../support/docker-host.ts'
import { startSshd } from '../support/sshd.ts'
import { matching } from '../support/matching.ts'
import { connect } from '../../src/transport/ssh/index.ts'
import { dockerOf } from '../../src/transport/docker/index.ts'

let host: DockerHost
beforeAll(async () => {
  host = await startDockerHost('dtest')
})
afterAll(() => host.stop())

test('a container from its making to its removal, every step twice', async () => {
  const name = 'dtest-life'
  const probe = async () => (await host.port.probe([{ ask: 'container', name }], never))[0]
  expect(await probe()).toBeUndefined()
  const spec = {
    ...host.body(waiting, { Memory: 64 * 1024 ** 2, Binds: ['dtest-bound:/data:ro'] }),
    Env: ['A=b c', secret('P=s€cret')],
    User: 'nobody:0',
  }
  await host.done({
    do: 'create-volume',
    name: 'dtest-bound',
    body: { Driver: 'local', Labels: host.labels },
  })
  await host.done({ do: 'create-container', name, body: { ...spec, User: '0' } })
  expect(await probe()).toMatchObject({
    status: 'created',
    env: ['A=b c', 'P=s€cret'],
  })
  await host.done({ do: 'start-container', name }, { do: 'start-container', name })
  expect(await probe()).toMatchObject({
    running: true,
    image: 'dtest-tiny:1',
    memory: 64 * 1024 ** 2,
    binds: ['dtest-bound:/data:ro'],
    command: waiting,
    address: matching(/^\d+\.\d+\.\d+\.\d+$/),
  })
  await host.done(
    { do: 'stop-container', name, grace: 5 },
    { do: 'stop-container', name, grace: 5 },
    { do: 'rename-container', name, to: 'dtest-renamed' },
  )
  expect(await probe()).toBeUndefined()
  await host.done(
    { do: 'remove-container', name: 'dtest-renamed' },
    { do: 'remove-container', name: 'dtest-renamed' },
  )
})

test('networks and volumes, made twice, probed together with what is owned', async () => {
  const network: Action = {
    do: 'create-network',
    name: 'dtest-net',
    body: {
      Driver: 'bridge',
      Internal: true,
      Labels: host.labels,
      IPAM: { Config: [{ Subnet: '10.251.7.0/24' }] },
    },
  }
  const volume: Action = {
    do: 'create-volume',
    name: 'dtest-vol',
    body: { Driver: 'local', Labels: host.labels },
  }
  await host.done(network, network, volume, volume)
  await host.done({
    do: 'create-container',
    name: 'dtest-owned',
    body: host.body(waiting, { NetworkMode: 'dtest-net' }),
  })
  const [net, vol, none, owned] = await host.port.probe(
    [
      { ask: 'network', name: 'dtest-net' },
      { ask: 'volume', name: 'dtest-vol' },
      { ask: 'volume', name: 'dtest-nothing' },
      { ask: 'owned', playbook: 'dtest', environment: 'dtest' },
    ],
    never,
  )
  expect(net).toMatchObject({
    driver: 'bridge',
    internal: true,
    subnet: '10.251.7.0/24',
    labels: host.labels,
  })
  expect(vol).toEqual({ driver: 'local', labels: host.labels })
  expect(none).toBeUndefined()
  expect(owned).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'container', name: 'dtest-owned', resource: 'box/container/x' }),
      expect.objectContaining({ type: 'network', name: 'dtest-net' }),
      expect.objectContaining({ type: 'volume', name: 'dtest-vol' }),
    ]),
  )
  await host.done(
    { do: 'remove-container', name: 'dtest-owned' },
    { do: 'remove-network', name: 'dtest-net' },
    { do: 'remove-network', name: 'dtest-net' },
  )
})

test('a container of an image that somebody made of one of ours has its labels, and is not ours', async () => {
  const { docker } = host.port
  await host.done({ do: 'create-container', name: 'dtest-x', body: host.body(waiting) })
  await docker.getContainer('dtest-x').commit({ repo: 'dtest-copy', tag: '1' })
  await docker.createContainer({ name: 'dtest-copied', Image: 'dtest-copy:1' })
  await host.done({ do: 'rename-container', name: 'dtest-x', to: 'dtest-moved' })
  const [owned] = await host.port.probe([{ ask: 'owned', playbook: 'dtest', environment: 'dtest' }], never)
  await docker.getContainer('dtest-copied').remove()
  await docker.getImage('dtest-copy:1').remove()
  await host.done({ do: 'remove-container', name: 'dtest-moved' })
  expect(owned).toContainEqual(expect.objectContaining({ type: 'container', name: 'dtest-moved' }))
  expect(owned).not.toContainEqual(expect.objectContaining({ name: 'dtest-copied' }))
})

test('many at once are answered in the order asked', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `dtest-many-${i}`)
  await host.port.perform(
    names.map((name): Action => ({ do: 'create-container', name, body: host.body(['perl', '-e', name]) })),
    never,
  )
  const answers = await host.port.probe(
    [...names, 'dtest-absent'].map((name) => ({ ask: 'container', name })),
    never,
  )
  expect(
    answers.map((answer) => typeof answer === 'object' && 'command' in answer && answer.command[2]),
  ).toEqual([...names, false])
  const removed = await host.port.perform(
    names.map((name): Action => ({ do: 'remove-container', name })),
    never,
  )
  expect(removed.every(({ ok }) => ok)).toBe(true)
})

test('an image, by name and among several', async () => {
  const one = await host.port.probe([{ ask: 'image', ref: 'dtest-tiny:1' }], never)
  const several = await host.port.probe(
    [
      { ask: 'image', ref: 'dtest-none:1' },
      { ask: 'image', ref: 'dtest-tiny:1' },
    ],
    never,
  )
  expect(one[0]).toMatchObject({ layers: [matching(/^sha256:/)], env: [] })
  expect(several).toEqual([undefined, one[0]])
})

test('what Docker refuses says which thing, why and what to do', async () => {
  const PortBindings = { '80/tcp': [{ HostPort: '28080' }] }
  const second = { ...host.body(waiting, { PortBindings }), ExposedPorts: { '80/tcp': {} } }
  await host.done(...made('dtest-holder', second))
  await host.done({ do: 'create-container', name: 'dtest-second', body: second })
  expect(await host.failure({ do: 'start-container', name: 'dtest-second' })).toMatchObject({
    code: 'conflict',
    message: 'box › container dtest-second: port 28080/tcp is taken by container dtest-holder',
  })
  expect(await host.failure({ do: 'create-container', name: 'dtest-second', body: second })).toMatchObject({
    code: 'conflict',
    message: matching(/^box › container dtest-second: .*already in use/),
  })
  const imageless = { ...second, Image: 'dtest-none:1' }
  expect(await host.failure({ do: 'create-container', name: 'dtest-third', body: imageless })).toMatchObject({
    code: 'action',
    message: 'box › container dtest-third: No such image: dtest-none:1',
  })
  expect(await host.failure({ do: 'start-container', name: 'dtest-none' })).toMatchObject({ code: 'action' })
  const foreign = { Driver: 'local', Labels: { [label.environment]: 'other' } }
  await host.done({
    do: 'create-volume',
    name: 'dtest-theirs',
    body: { Driver: 'local', Labels: host.labels },
  })
  expect(await host.failure({ do: 'create-volume', name: 'dtest-theirs', body: foreign })).toMatchObject({
    code: 'conflict',
  })
})

test('an aborted run says so', async () => {
  const [outcome] = await host.port.perform([{ do: 'start-container', name: 'dtest-x' }], AbortSignal.abort())
  expect(outcome).toMatchObject({ ok: false, error: { code: 'interrupted' } })
})

test('a connection that is cut fails what is under way and ends nothing else', async () => {
  const sshd = await startSshd()
  const connection = await connect(sshd.target, never)
  const docker = dockerOf(connection)
  const name = 'dtest-cut'
  await host.done(...made(name, host.body(waiting)))
  const under = docker.perform([awaiting(name, { by: 'log', pattern: 'never' }, 60_000)], never)
  await docker.probe([{ ask: 'container', name }], never)
  await sshd.cut()
  expect(await under).toMatchObject([{ ok: false }])
  await expect(docker.probe([{ ask: 'container', name }], never)).rejects.toMatchObject({ code: 'host' })
  await docker.close()
  await connection.close()
  await sshd.stop()
})
