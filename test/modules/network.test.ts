import { describe, expect, it } from 'vitest'
import { network, volume, type Host, type NetworkOptions } from '../../src/index.ts'
import { resourceLabels } from '../../src/core/label.ts'
import { resolve } from '../../src/core/ref.ts'
import type { NetworkState, VolumeState } from '../../src/core/probe.ts'
import { app, factsOf, fine, judge, judged, scope, web } from '../support/judge.ts'

const labels = resourceLabels(scope, 'app/network/inner')
const there = (rest: Partial<NetworkState> = {}): NetworkState => ({
  id: 'n1',
  driver: 'bridge',
  subnet: '172.18.0.0/16',
  internal: false,
  labels,
  ...rest,
})

describe('network', () => {
  it.each<[string, NetworkOptions, NetworkState | undefined, object]>([
    ['is as it should be', {}, there(), fine],
    ['has the subnet that is asked for', { subnet: '172.18.0.0/16' }, there(), fine],
    [
      'is missing',
      {},
      undefined,
      { ...fine, operation: 'create', changes: ['name: none → inner'], actions: ['create-network inner'] },
    ],
    [
      'has another driver',
      { driver: 'macvlan' },
      there(),
      {
        ...fine,
        operation: 'recreate',
        changes: ['driver: bridge → macvlan'],
        actions: ['remove-network inner', 'create-network inner'],
      },
    ],
    [
      'has another subnet and a way out',
      { subnet: '10.7.0.0/24', internal: true },
      there(),
      {
        ...fine,
        operation: 'recreate',
        changes: ['subnet: 172.18.0.0/16 → 10.7.0.0/24', 'internal: false → true'],
        actions: ['remove-network inner', 'create-network inner'],
      },
    ],
    [
      'should have a way out again',
      {},
      there({ internal: true }),
      {
        ...fine,
        operation: 'recreate',
        changes: ['internal: true → false'],
        actions: ['remove-network inner', 'create-network inner'],
      },
    ],
  ])('%s', (_, options, state, expected) => {
    expect(judged(network(app, 'inner', options), { 'network inner': state })).toEqual(expected)
  })

  it('is made with our labels and the subnet that is asked for', () => {
    expect(judge(network(app, 'inner', { subnet: '10.7.0.0/24' }), {}, factsOf()).remedy?.actions).toEqual([
      {
        do: 'create-network',
        name: 'inner',
        body: {
          Driver: 'bridge',
          Internal: false,
          Labels: labels,
          IPAM: { Config: [{ Subnet: '10.7.0.0/24' }] },
        },
      },
    ])
  })

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['nobody’s', {}, /app › network inner: a network inner is there that provision did not make/],
    [
      'another environment’s',
      { ...labels, 'provision.environment': 'other' },
      /belongs to app\/network\/inner of playbook shop in environment other/,
    ],
    [
      'another playbook’s',
      { ...labels, 'provision.playbook': 'other' },
      /belongs to app\/network\/inner of playbook other in environment shop-docker/,
    ],
    [
      'another resource’s',
      { ...labels, 'provision.resource': 'web/network/inner' },
      /belongs to web\/network\/inner/,
    ],
    [
      'a newer version’s',
      { ...labels, 'provision.version': '2' },
      /made by a newer provision \(labels of version 2, this one knows 1\)/,
    ],
    ['one of an unknown version’s', { ...labels, 'provision.version': 'x' }, /labels of version x/],
  ])('stops at one that is %s', (_, foreign, message) => {
    expect(() => judged(network(app, 'inner'), { 'network inner': there({ labels: foreign }) })).toThrow(
      message,
    )
  })

  it.each<[string, string, NetworkOptions, RegExp]>([
    ['an odd name', '-x', {}, /name: "-x" is not a name that Docker takes/],
    ['a name of Docker’s own', 'bridge', {}, /Docker has a network "bridge" of its own/],
    ['a subnet without its size', 'ab', { subnet: '10.0.0.0' }, /subnet: "10\.0\.0\.0"/],
    ['a subnet of no size', 'ab', { subnet: '10.0.0.0/33' }, /is not a subnet/],
    ['a subnet that is a name', 'ab', { subnet: 'x/8' }, /is not a subnet/],
    ['a subnet of one address', 'ab', { subnet: '10.0.0.1/32' }, /subnet: "10\.0\.0\.1\/32" has no room for/],
    [
      'a subnet of two addresses',
      'ab',
      { subnet: '10.0.0.0/31' },
      /subnet: "10\.0\.0\.0\/31" has no room for/,
    ],
    ['a subnet of IPv6', 'ab', { subnet: 'fd00::/64' }, /"fd00::\/64" is of IPv6; only subnets of IPv4/],
    ['an empty driver', 'ab', { driver: '' }, /driver: "" is not the name of a driver/],
  ])('refuses %s', (_, name, options, problem) => {
    expect(network(app, name, options).problem).toMatch(problem)
  })

  it.each<[string, Host, string, string | undefined]>([
    ['its own host’s address', app, '10.0.0.0/24', '10.0.0.5, the address of host app'],
    ['another host’s address', web, '10.0.0.0/24', '10.0.0.5, the address of host app'],
    ['no host’s address, which is fine', web, '10.0.0.128/25', undefined],
  ])('is not made with a subnet that holds %s', (_, host, subnet, held) => {
    const make = () => judged(network(host, 'inner', { subnet }), {}).operation
    if (held === undefined) expect(make()).toBe('create')
    else expect(make).toThrow(`${host.name} › network inner: subnet ${subnet} holds ${held}`)
  })

  it('leaves one that is there with the subnet of a host, for it has kept nobody out', () => {
    const made = network(app, 'inner', { subnet: '10.0.0.0/24' })
    expect(judged(made, { 'network inner': there({ subnet: '10.0.0.0/24' }) })).toEqual(fine)
  })
})

describe('volume', () => {
  const own = resourceLabels(scope, 'app/volume/data')
  const state = (rest: Partial<VolumeState> = {}): VolumeState => ({ driver: 'local', labels: own, ...rest })

  it('is as it should be', () => {
    expect(judged(volume(app, 'data'), { 'volume data': state() })).toEqual(fine)
  })

  it('is made with our labels', () => {
    const { changes, remedy } = judge(volume(app, 'data'), {}, factsOf())
    expect(changes).toEqual([{ field: 'name', from: undefined, to: 'data' }])
    expect(remedy).toEqual({
      operation: 'create',
      actions: [{ do: 'create-volume', name: 'data', body: { Driver: 'local', Labels: own } }],
    })
  })

  it.each<[string, VolumeState, RegExp]>([
    [
      'is not ours',
      state({ labels: {} }),
      /app › volume data: a volume data is there that provision did not make/,
    ],
    [
      'is another playbook’s',
      state({ labels: { ...own, 'provision.playbook': 'other' } }),
      /belongs to app\/volume\/data of playbook other in environment/,
    ],
    ['has another driver, for its data would be lost', state({ driver: 'nfs' }), /driver nfs, not local/],
  ])('stops where it %s', (_, found, message) => {
    expect(() => judged(volume(app, 'data'), { 'volume data': found })).toThrow(message)
  })

  it('is mounted writable', () => {
    expect(resolve(volume(app, 'data').mounted, factsOf())).toEqual({
      source: 'data',
      writable: true,
      content: undefined,
    })
  })

  it('refuses a name that Docker would take for a path', () => {
    expect(volume(app, '/data').problem).toMatch(/is not a name that Docker takes/)
  })
})
