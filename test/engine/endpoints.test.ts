import { describe, expect, it } from 'vitest'
import type { ProvidedHost } from '../../src/core/provider.ts'
import { endpointsOf, reachOf } from '../../src/engine/endpoints.ts'
import { graphOf } from '../../src/core/graph/index.ts'
import { container, image } from '../../src/index.ts'
import { app } from '../support/judge.ts'

const hostAt = (address: string): ProvidedHost => ({
  ...{ name: 'app', state: 'running', isYoung: false, address, system: undefined },
  ssh: {
    ...{ name: 'app', address, port: 22, user: 'core', identityFile: undefined, knownHosts: [] },
    ...{ hostKeyAlias: undefined, become: false },
  },
})

/** Like a provider whose nodes answer on loopback. */
const provider = { reach: (_: ProvidedHost, port: number) => ({ host: 'reached', port: port + 1 }) }

const published = (address: string) =>
  container(app, 'web', {
    image: image('tiny'),
    ports: { http: 80, db: 5432 },
    publish: { http: { port: 8080, address }, db: 5432 },
  })

describe('where a published port answers', () => {
  it('is refused in a plain text, which would not hold it', () => {
    const reached = reachOf(provider, [hostAt('192.168.1.5')])(published('0.0.0.0'))
    const written = (value: unknown) => () => String(value)
    expect(written(reached)).toThrow(/^app › container web is no text/)
    expect(written(reached?.['http'])).toThrow(/^app › container web: its port http is no text/)
  })

  it.each([
    ['all addresses', '0.0.0.0', '192.168.1.5', 'http://reached:8081'],
    ['all addresses of IPv6', '::', '192.168.1.5', 'http://reached:8081'],
    ['the address by which the host is known', '192.168.1.5', '192.168.1.5', 'http://reached:8081'],
    ['another address of the host', '10.1.1.7', '192.168.1.5', 'http://10.1.1.7:8080'],
    ['one of IPv6', 'fd00::7', '192.168.1.5', 'http://[fd00::7]:8080'],
    ['loopback of this machine', '127.0.0.1', '127.0.0.1', 'http://reached:8081'],
    ['another loopback of this machine', '127.0.0.2', 'localhost', 'http://127.0.0.2:8080'],
  ])('on %s', (_, address, host, url) => {
    expect(reachOf(provider, [hostAt(host)])(published(address))).toMatchObject({
      http: { url },
      db: { url: 'tcp://reached:5433' },
    })
  })

  it.each(['127.0.0.1', '127.0.0.9', '::1'])('is nowhere here for the loopback %s of a host', (address) => {
    const hosts = [hostAt('192.168.1.5')]
    const reached = reachOf(provider, hosts)(published(address))
    expect(() => reached?.['http']).toThrow('app › container web: from here it answers at no port "http"')
    const listed = endpointsOf(graphOf([published(address)], ['app']), provider, hosts)
    expect(listed.map(({ name }) => name)).toEqual(['db'])
  })

  it('tells hosts apart where several have a container of one name', () => {
    const both = ['app', 'web'].map((name) => ({ ...hostAt('10.0.0.1'), name }))
    const one = published('0.0.0.0')
    const listed = endpointsOf(graphOf([one, { ...one, host: 'web' }], ['app', 'web']), provider, both)
    expect(listed.map(({ called }) => called)).toEqual(['app/web', 'app/web', 'web/web', 'web/web'])
    // One that publishes nothing has no endpoint, but commands must be told which is meant.
    const silent = { ...container(app, 'web', { image: image('tiny') }), host: 'web' }
    const alone = endpointsOf(graphOf([one, silent], ['app', 'web']), provider, both)
    expect(alone.map(({ called }) => called)).toEqual(['app/web', 'app/web'])
  })
})
