import { describe, expect, it } from 'vitest'
import { containerCalled, containersCalled, hostCalled } from '../../../src/cli/run/targets.ts'
import type { HostState, ProvidedHost } from '../../../src/core/provider.ts'
import { containerLabel } from '../../../src/core/text/container-label.ts'
import { ownCommand } from '../../../src/core/text/own-command.ts'

const host = (name: string, state: HostState = 'running'): ProvidedHost => ({
  ...{ name, state, address: '192.0.2.1', system: undefined, isYoung: false },
  ssh: {
    ...{ name, address: '192.0.2.1', port: 22, user: 'core', identityFile: undefined },
    ...{ knownHosts: [], hostKeyAlias: undefined, become: false },
  },
})

describe('hostCalled', () => {
  const hosts = [host('web'), host('app', 'stopped'), host('bus', 'missing')]
  it('finds a host by name', () => expect(hostCalled('web', hosts).name).toBe('web'))
  it('needs no name where there is only one', () =>
    expect(hostCalled(undefined, [host('web')]).name).toBe('web'))
  it.each([
    ['no name', undefined, 'usage', 'name one: web, app, bus'],
    ['a wrong name', 'wbe', 'usage', 'did you mean "web"? (known: web, app, bus)'],
    ['one that is stopped', 'app', 'provider', ownCommand('start')],
    ['one that was never made', 'bus', 'provider', ownCommand('quickstart')],
  ])('says what to do with %s', (_, name, code, help) => {
    expect(() => hostCalled(name, hosts)).toThrow(expect.objectContaining({ code, help }))
  })
})

describe('containers', () => {
  const all = [
    { host: 'app', name: 'user' },
    { host: 'web', name: 'proxy' },
    { host: 'app', name: 'proxy' },
  ]
  it('are all without a name', () => expect(containersCalled([], all)).toEqual(all))
  it('are found by name on every host, each once', () => {
    expect(containersCalled(['proxy', 'web/proxy'], all)).toEqual([all[1], all[2]])
  })
  it('are labelled with their host only where that is needed', () => {
    expect(all.map((one) => containerLabel(one, all))).toEqual(['user', 'web/proxy', 'app/proxy'])
  })
  it('exec takes one by host and name', () => expect(containerCalled('app/proxy', all)).toBe(all[2]))
  it.each(['user.provision-new', 'app/user.provision-new'])(
    'exec takes one that never became ready as %s',
    (name) => expect(containerCalled(name, all)).toBe(all[0]),
  )
  it.each([
    ['all', () => containersCalled([], [])],
    ['one', () => containerCalled('user', [])],
  ])('are refused where the playbook has none: %s', (_, called) => {
    const message = 'the playbook lists no containers'
    expect(called).toThrow(expect.objectContaining({ code: 'usage', message }))
  })
  it.each([
    ['a name that two hosts have', 'proxy', 'name one: web/proxy, app/proxy'],
    ['a wrong name', 'usr', 'did you mean "user"? (known: user, web/proxy, app/proxy)'],
  ])('exec refuses %s', (_, name, help) => {
    expect(() => containerCalled(name, all)).toThrow(expect.objectContaining({ code: 'usage', help }))
  })
})
