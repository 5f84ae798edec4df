import { describe, expect, it } from 'vitest'
import { container, image, network } from '../../../src/index.ts'
import { digestOf } from '../../../src/core/digest.ts'
import { graphOf } from '../../../src/core/graph/index.ts'
import { label } from '../../../src/core/label.ts'
import { resolve } from '../../../src/core/ref.ts'
import { app, factsOf, judge, judged } from '../../support/judge.ts'
import { bodyOf, builtImageOf } from '../../support/made.ts'
import { answersFor, named, run, type Options } from '../../support/user-container.ts'

const [front, back, side] = [network(app, 'front'), network(app, 'back'), network(app, 'side')]
const making = 'user.provision-new'
const actionsFor = (options: Partial<Options>) => judged(named(options), {}, run()).actions

describe('a container on one network or none', () => {
  it.each<[string, Partial<Options>, string]>([
    ['bridge', {}, 'e76b998f40c188f27ac01bc563e3ad27b6d6a8dc28163e7f4659ba3acea4aa16'],
    [
      'inner',
      { network: network(app, 'inner') },
      '1d0ddb0dcee127738b236bf5fbb6ed0fb732fc76f576aea6e03b16a382c8e515',
    ],
  ])(
    'has the spec that versions gave it which knew of no other, and takes no more calls: %s',
    (_, on, spec) => {
      const options = { ...on, ports: { http: 7000 }, publish: { http: 80 } }
      expect(digestOf(bodyOf(named(options), run()).Labels[label.spec] ?? '')).toBe(spec)
      expect(actionsFor(options)).toEqual([
        `create-container ${making}`,
        `start-container ${making}`,
        `await-container ${making}`,
        `rename-container ${making} → user`,
      ])
    },
  )
})

describe('a container on several networks', () => {
  it('is made on one, for engines that take no more, and put on the others before it is started', () => {
    const { HostConfig, NetworkingConfig } = bodyOf(named({ network: [side, front, back] }), run())
    expect(HostConfig.NetworkMode).toBe('back')
    expect(NetworkingConfig).toEqual({ EndpointsConfig: { back: { Aliases: ['user'] } } })
    expect(actionsFor({ network: [side, front, back] })).toEqual([
      `create-container ${making}`,
      `connect-container ${making} to front as user`,
      `connect-container ${making} to side as user`,
      `start-container ${making}`,
      `await-container ${making}`,
      `rename-container ${making} → user`,
    ])
  })

  it('is on all of them before its predecessor is stopped, which is put back as it was', () => {
    const there = answersFor({ network: [front, back] })
    const { changes, actions, undo } = judged(named({ network: [back, side] }), there, run())
    expect(changes).toEqual(['network: back,front → back,side'])
    expect(actions.slice(0, 3)).toEqual([
      `create-container ${making}`,
      `connect-container ${making} to side as user`,
      'stop-container user 10s',
    ])
    expect(undo).toEqual([
      `remove-container ${making}`,
      'rename-container user.provision-old → user',
      'start-container user',
    ])
  })

  it('needs each of them', () => {
    const needs = named({ network: [front, back] }).needs()
    expect(needs).toEqual(expect.arrayContaining([front, back]))
  })
})

describe('a container on its host’s network', () => {
  const options: Partial<Options> = {
    network: 'host',
    ports: { http: 7000, dns: { port: 53, protocol: 'udp' }, admin: 7000 },
  }
  const made = container(app, 'user', {
    image: image('jre'),
    network: 'host',
    ports: { http: 7000, dns: { port: 53, protocol: 'udp' }, admin: 7000 },
  })

  it('is made without networks and published ports', () => {
    const { HostConfig, NetworkingConfig, ExposedPorts } = bodyOf(named(options), run())
    expect(HostConfig).toMatchObject({ NetworkMode: 'host', PortBindings: {} })
    expect(NetworkingConfig).toBeUndefined()
    expect(Object.keys(ExposedPorts)).toEqual(['7000/tcp', '53/udp'])
  })

  it('answers at the ports of its host, by all their names', () => {
    const facts = factsOf([], [builtImageOf('jre:latest', 'i1')])
    expect(resolve(made.at.http, facts)).toEqual({
      ...{ host: '10.0.0.5', port: 7000, url: 'http://10.0.0.5:7000' },
    })
    expect(resolve(made.at.dns.url, facts)).toBe('udp://10.0.0.5:53')
    expect(made.publishes).toEqual(['http', 'dns', 'admin'])
    expect(made.published?.['dns']).toEqual({ port: 53, protocol: 'udp', address: '0.0.0.0' })
  })

  it('shares them with nobody', () => {
    const other = container(app, 'other', {
      image: image('jre'),
      ports: { web: 80 },
      publish: { web: 7000 },
    })
    expect(() => graphOf([made], ['app'])).not.toThrow()
    expect(() => graphOf([made, other], ['app'])).toThrow(
      'app › container other: port 7000/tcp is already taken by container user',
    )
  })

  it.each<[string, Partial<Options>, Partial<Options>, readonly string[]]>([
    ['to another port', options, { ...options, ports: { http: 7001 } }, ['port 53/udp', 'port 7000/tcp']],
    ['from its host’s network', options, { ports: { http: 80 }, publish: { http: 7000 } }, ['port 53/udp']],
    [
      'to its host’s network',
      { ports: { http: 7000, admin: 7001 }, publish: { http: 80, admin: 7000 } },
      { network: 'host', ports: { http: 7000 } },
      ['port 80/tcp'],
    ],
  ])('gives up what it had when it moves %s', (_, before, after, frees) => {
    expect(judge(named(after), answersFor(before), run()).remedy?.frees).toEqual(frees)
  })

  it.each<[Options['ready'], object]>([
    [{ tcp: 'http' }, { by: 'tcp', port: 7000, hostAddress: '10.0.0.5' }],
    [
      { http: '/', port: 'http' },
      { by: 'http', port: 7000, hostAddress: '10.0.0.5' },
    ],
    [{ log: 'up' }, { by: 'log', pattern: 'up' }],
  ])('is ready at the address that others know, too: %j', (ready, check) => {
    const actions = judge(named({ ...options, ...(ready && { ready }) }), {}, run()).remedy?.actions ?? []
    const [found] = actions.flatMap((action) => (action.do === 'await-container' ? [action.check] : []))
    expect(found).toMatchObject(check)
  })
})
