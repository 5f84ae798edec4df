import type { ProvidedHost } from '../../src/core/provider.ts'
import { noTraffic } from '../../src/core/traffic.ts'
import { dockerOf } from '../../src/transport/docker/index.ts'
import type { ConnectedHost } from '../../src/transport/host.ts'
import { fakeConnection } from './fake-connection.ts'
import { fakeHost, type FakeBehaviour, type FakeHost } from './fake-host.ts'

/** A host in memory as an engine gets it that has connected to it. Nobody else has its lock. */
export function connectedHost(
  name: string,
  behaviour: FakeBehaviour = {},
  over: Partial<ConnectedHost> = {},
): ConnectedHost & FakeHost {
  return {
    ...fakeHost(name, behaviour),
    connection: fakeConnection(),
    docker: dockerOf(fakeConnection()),
    lock: () => Promise.resolve({ got: 'none' as const }),
    expect: () => undefined,
    lockHolder: () => Promise.resolve(undefined),
    traffic: () => noTraffic,
    ...over,
  }
}

/** A host that runs, as its provider tells of it. */
export const providedHost = (name: string): ProvidedHost => ({
  ...({ name, state: 'running', isYoung: false, address: '192.0.2.1', system: undefined } as const),
  ssh: {
    ...{ name, address: '192.0.2.1', port: 1, user: 'x', identityFile: undefined, knownHosts: [] },
    ...{ become: false, hostKeyAlias: undefined },
  },
})
