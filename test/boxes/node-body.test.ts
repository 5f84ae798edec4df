import { describe, expect, it } from 'vitest'
import { nodeBody, type NodeSpec } from '../../src/boxes/node-body.ts'

const spec = (over: Partial<NodeSpec> = {}): NodeSpec => ({
  image: 'sha256:box',
  hostname: 'web',
  labels: { 'provision.host': 'web' },
  authorizedKey: 'ssh-ed25519 AAAA me',
  volume: 'web-docker',
  store: 'store',
  network: { name: 'net', address: '192.168.60.2' },
  loopback: [],
  restart: 'unless-stopped',
  ...over,
})

describe('the container of a node', () => {
  it('gets the capabilities of the list and nothing more', () => {
    const { HostConfig } = nodeBody(spec())
    expect(HostConfig?.Privileged).toBeUndefined()
    expect(HostConfig?.CapDrop).toEqual(['ALL'])
    expect(HostConfig?.CapAdd).not.toContain('ALL')
    expect(HostConfig?.CapAdd).not.toContain('SYS_RESOURCE')
  })

  it('has its own data, and the images of the box to read only', () => {
    expect(nodeBody(spec()).HostConfig?.Mounts).toEqual([
      { Type: 'volume', Source: 'web-docker', Target: '/var/lib/docker' },
      expect.objectContaining({ Source: 'store', Target: '/box', ReadOnly: true }),
    ])
    expect(nodeBody(spec({ store: undefined })).HostConfig?.Mounts).toHaveLength(1)
  })

  it('has its address in the network, where it is known by its name', () => {
    const body = nodeBody(spec())
    expect(body.Hostname).toBe('web')
    expect(body.HostConfig?.NetworkMode).toBe('net')
    expect(body.NetworkingConfig?.EndpointsConfig?.['net']).toEqual({
      IPAMConfig: { IPv4Address: '192.168.60.2' },
      Aliases: ['web'],
    })
  })

  it('has no network and no way in while a box is baked', () => {
    const body = nodeBody(spec({ network: undefined, authorizedKey: undefined }))
    expect([body.HostConfig?.NetworkMode, body.NetworkingConfig, body.Env]).toEqual(['none', undefined, []])
  })

  it('publishes on loopback only what it is told to', () => {
    const published = nodeBody(spec({ loopback: [{ container: 22, local: 40_022 }] }))
    expect(published.HostConfig?.PortBindings).toEqual({
      '22/tcp': [{ HostIp: '127.0.0.1', HostPort: '40022' }],
    })
    expect(nodeBody(spec()).HostConfig?.PortBindings).toEqual({})
  })
})
