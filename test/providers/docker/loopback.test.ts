import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { pickLoopbackPorts, reachModeOf, takenPorts } from '../../../src/providers/docker/loopback.ts'

describe('how nodes are reached', () => {
  it.each([
    ['Debian GNU/Linux 12', 'linux', undefined, 'address'],
    ['Debian GNU/Linux 12', 'linux', '', 'address'],
    ['Docker Desktop', 'linux', undefined, 'loopback'],
    ['Docker Desktop', 'darwin', undefined, 'loopback'],
    ['Alpine Linux', 'darwin', undefined, 'loopback'],
    ['Docker Desktop', 'win32', undefined, 'loopback'],
    ['Docker Desktop', 'darwin', 'address', 'address'],
    ['Debian GNU/Linux 12', 'linux', 'loopback', 'loopback'],
  ] as const)('with %s on %s and PROVISION_REACH %j: by %4$s', (system, platform, wanted, mode) => {
    expect(reachModeOf(system, platform, wanted)).toBe(mode)
  })

  it('is not guessed from a wrong word', () => {
    expect(() => reachModeOf('', 'linux', 'lo')).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('ports on loopback', () => {
  it('are free, and each another', async () => {
    const ports = await pickLoopbackPorts([22, 80, 443, 8080])
    expect(ports.map(({ container }) => container)).toEqual([22, 80, 443, 8080])
    expect(new Set(ports.map(({ local }) => local)).size).toBe(4)
    expect(await takenPorts(ports)).toEqual([])
  })

  it('are taken when somebody listens there', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const local = typeof address === 'object' && address !== null ? address.port : 0
    expect(await takenPorts([{ container: 22, local }])).toEqual([{ container: 22, local }])
    server.close()
  })
})
