import { describe, expect, it } from 'vitest'
import { parseHostsFile } from '../../../src/providers/ssh/hosts-file.ts'
import type { Destination, SshConfig } from '../../../src/transport/ssh/config.ts'

const expected = {
  file: 'hosts.yaml',
  hosts: ['web', 'app'],
  folder: '/etc/shop',
  home: '/home/ann',
  user: 'ann',
}

describe('a file of hosts and OpenSSH’s configuration', () => {
  const config = {
    address: '10.1.2.3',
    port: 2200,
    user: 'deploy',
    identityFiles: ['/keys/shop'],
    identitiesOnly: false,
    identityAgent: undefined,
    knownHosts: ['/known'],
    revokedHostKeys: ['/revoked'],
    hostKeyAlias: 'shop',
    proxyJump: undefined,
    proxyCommand: undefined,
  }
  /** What OpenSSH says of the first host alone. */
  const knownAs =
    (config: SshConfig) =>
    ({ address }: Destination) =>
      address === 'shop-web' ? config : undefined
  const twoHosts = (more: string) => `hosts: { web: { address: shop-web${more} }, app: { address: b } }`

  it('leaves what it does not say to the configuration of OpenSSH', () => {
    const known = { ...expected, config: knownAs(config) }
    const [bare] = parseHostsFile(twoHosts(''), known)
    expect(bare).toMatchObject({ address: '10.1.2.3', port: 2200, user: 'deploy', hostKeyAlias: 'shop' })
    expect(bare).toMatchObject({ identityFile: '/keys/shop', knownHosts: ['/known'] })
    const [said] = parseHostsFile(twoHosts(', port: 22, user: ann, knownHosts: own'), known)
    expect(said).toMatchObject({ address: '10.1.2.3', port: 22, user: 'ann', knownHosts: ['/etc/shop/own'] })
    for (const host of [bare, said]) expect(host?.revokedHostKeys).toEqual(['/revoked'])
  })

  it.each([
    ['as OpenSSH’s configuration says', '', 'gate', 'gate'],
    ['as it says itself', ', jump: me@door:2200', 'gate', 'me@door:2200'],
    ['of which a part is told of the host', '', '%r@gate-%h:%p,%n%%', 'deploy@gate-10.1.2.3:2200,shop-web%'],
    ['nowhere', '', undefined, undefined],
  ])('goes through jump hosts %s', (_, more, proxyJump, jump) => {
    const known = { ...expected, config: knownAs({ ...config, proxyJump }) }
    expect(parseHostsFile(twoHosts(more), known)[0]?.jump).toBe(jump)
  })

  it('asks OpenSSH about where it says to log in', () => {
    const asked: Destination[] = []
    parseHostsFile(twoHosts(', port: 2201, user: ann'), {
      ...expected,
      config: (one) => void asked.push(one),
    })
    expect(asked).toEqual([
      { address: 'shop-web', user: 'ann', port: 2201 },
      { address: 'b', user: undefined, port: undefined },
    ])
  })

  it('does not go directly where OpenSSH would start a program, unless it is told another way', () => {
    const known = {
      ...expected,
      config: knownAs({ ...config, proxyCommand: 'corkscrew proxy 8080 %h %p' }),
    }
    const parseWith = (more: string) => parseHostsFile(twoHosts(more), known)
    expect(() => parseWith('')).toThrow(
      "hosts.web: OpenSSH's configuration leads to shop-web by ProxyCommand corkscrew proxy 8080 %h %p, which is not done here",
    )
    expect(parseWith(', jump: gate')[0]?.jump).toBe('gate')
  })
})
