import { describe, expect, it } from 'vitest'
import { parseHostsFile } from '../../../src/providers/ssh/hosts-file.ts'

const expected = {
  ...{ file: 'hosts.yaml', hosts: ['web'], folder: '/etc/shop', home: '/home/ann', user: 'ann' },
  env: { KEYS: '/keys' },
}
const config = {
  ...{ address: '10.1.2.3', port: 2200, user: 'deploy', knownHosts: ['/known'], hostKeyAlias: 'shop' },
  revokedHostKeys: [],
  ...{ proxyJump: undefined, proxyCommand: undefined },
}

describe('a file of hosts and the keys of OpenSSH’s configuration', () => {
  const listing = (identityFiles: readonly string[] | undefined, more = '') => {
    const asked = { ...config, identityFiles, identitiesOnly: true, identityAgent: '/run/agent' }
    const text = `hosts: { web: { address: shop-web${more} } }`
    return parseHostsFile(text, { ...expected, config: () => asked })[0]
  }

  it('takes the whole list of keys from there, and how the agent is asked', () => {
    expect(listing(['~/.ssh/id_ed25519', '~/.ssh/id_work'])).toMatchObject({
      identityFile: '/home/ann/.ssh/id_ed25519',
      identityFiles: ['/home/ann/.ssh/id_ed25519', '/home/ann/.ssh/id_work'],
      identitiesOnly: true,
      identityAgent: '/run/agent',
    })
    const usual = listing(undefined)
    expect([usual?.identityFile, usual?.identityFiles]).toEqual([undefined, undefined])
    expect(usual).toMatchObject({ identitiesOnly: true, identityAgent: '/run/agent' })
    const none = listing([])
    expect([none?.identityFile, none?.identityFiles]).toEqual([undefined, []])
  })

  it('means one key alone where it names one itself', () => {
    const host = listing(['~/.ssh/%C'], ', identityFile: /keys/own')
    expect([host?.identityFile, host?.identityFiles]).toEqual(['/keys/own', undefined])
    expect(host?.identityAgent).toBe('/run/agent')
  })

  it.each([
    ['~/.ssh/%h_key', '/home/ann/.ssh/10.1.2.3_key'],
    ['%d/%n/%k', '/home/ann/shop-web/shop'],
    ['/keys/%u-%r-%p-100%%', '/keys/ann-core-2222-100%'],
    ['${KEYS}/id', '/keys/id'],
  ])('knows what %s means', (written, path) => {
    expect(listing([written], ', user: core, port: 2222')?.identityFile).toBe(path)
  })

  it('refuses by its name what it does not know in the path of a key', () => {
    expect(() => listing(['/keys/id', '~/.ssh/%C'])).toThrow(
      "hosts.web: OpenSSH's configuration lists the key ~/.ssh/%C, and what %C means is not known here",
    )
  })
})
