import { describe, expect, it } from 'vitest'
import type { ContainerInfo } from 'dockerode'
import { foundNode } from '../../../src/providers/docker/survey.ts'
import { reachOf } from '../../../src/providers/docker/context.ts'

const onNetwork: ContainerInfo['NetworkSettings']['Networks'][string] = {
  IPAMConfig: {},
  NetworkID: 'n1',
  EndpointID: 'e1',
  Gateway: '192.168.60.1',
  IPAddress: '192.168.60.2',
  IPPrefixLen: 24,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  MacAddress: '',
}

const listed = (over: Partial<ContainerInfo>): ContainerInfo => ({
  Id: 'c1',
  Names: ['/default-3fa2c1-web'],
  Image: 'i',
  ImageID: 'sha256:i',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: {
    'provision.host': 'web',
    'provision.node': 'n',
    'provision.address': '192.168.60.2',
    'provision.box': 'd1',
    'provision.inputs': 's1',
  },
  State: 'running',
  Status: 'Up',
  HostConfig: { NetworkMode: 'n' },
  NetworkSettings: { Networks: { n: onNetwork } },
  Mounts: [],
  ...over,
})

describe('a node in a list of containers', () => {
  it.each([
    ['running', 'default-x-web', 'running'],
    ['restarting', 'default-x-web', 'running'],
    ['exited', 'default-x-web', 'stopped'],
    ['paused', 'default-x-web', 'stopped'],
    ['created', 'default-x-web', 'half-made'],
    ['dead', 'default-x-web', 'half-made'],
    ['removing', 'default-x-web', 'half-made'],
    ['running', 'default-x-web.making', 'half-made'],
    ['exited', 'default-x-web.making', 'half-made'],
  ])('that is %s and called %s is %s', (state, name, expected) => {
    expect(foundNode(listed({ State: state, Names: [`/${name}`] }))?.state).toBe(expected)
  })

  it.each([
    ['Up Less than a second', true],
    ['Up 1 second', true],
    ['Up 9 seconds', true],
    ['Up 10 seconds', false],
    ['Up 2 hours', false],
    ['Up', false],
  ])('that is %s: just started, %s', (status, expected) => {
    expect(foundNode(listed({ Status: status }))?.isYoung).toBe(expected)
    expect(foundNode(listed({ Status: status, State: 'exited' }))?.isYoung).toBe(false)
  })

  it.each([
    ['half-made, with a new volume', 'default-x-web.making', { 'provision.volume': 'new' }, 'new'],
    ['half-made, over a volume that was there', 'default-x-web.making', {}, 'former'],
    // Only one that was a host once has this name: what was done there is in its volume.
    ['dead, with a volume that was new', 'default-x-web', { 'provision.volume': 'new' }, 'former'],
  ])('that is %s has a volume to be treated as such', (_, name, more, volume) => {
    const Labels = { ...listed({}).Labels, ...more }
    expect(foundNode(listed({ State: 'dead', Names: [`/${name}`], Labels }))).toMatchObject({
      state: 'half-made',
      volume,
    })
  })

  it('that runs without its network is as good as stopped', () => {
    const cut = { NetworkSettings: { Networks: {} } }
    expect(foundNode(listed(cut))).toMatchObject({ state: 'stopped', network: undefined })
    expect(foundNode(listed({ ...cut, Names: ['/default-x-web.making'] }))?.state).toBe('half-made')
  })

  it('says who and where it is', () => {
    expect(foundNode(listed({}))).toMatchObject({
      container: 'default-3fa2c1-web',
      host: 'web',
      address: '192.168.60.2',
      system: 's1',
      network: 'n1',
      user: 'core',
      ports: undefined,
    })
  })

  it('is none without a host, such as a container that builds', () => {
    expect(foundNode(listed({ Labels: { 'provision.environment': 'default' } }))).toBeUndefined()
  })

  it('keeps the ports that it publishes on loopback, also while it is stopped', () => {
    const labels = {
      'provision.host': 'web',
      'provision.address': 'a',
      'provision.ports': '{"22":4022,"80":4080}',
    }
    const node = foundNode(listed({ State: 'exited', Labels: labels }))
    if (!node) throw new Error('it is a node')
    expect(reachOf(node, 80)).toEqual({ host: '127.0.0.1', port: 4080 })
    expect(reachOf(node, 81)).toBeUndefined()
  })

  it('is reached at its own address otherwise', () => {
    expect(reachOf({ address: '192.168.60.2', ports: undefined }, 80)).toEqual({
      host: '192.168.60.2',
      port: 80,
    })
  })
})
