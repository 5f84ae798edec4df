import { expect, it } from 'vitest'
import { ProvisionError, type ErrorCode } from '../../src/core/error.ts'
import type { OwnedObject } from '../../src/core/probe.ts'
import { noTraffic } from '../../src/core/traffic.ts'
import { destroy, type Clearing } from '../../src/engine/destroy.ts'
import { defineBox, definePlaybook } from '../../src/index.ts'
import { dockerOf } from '../../src/transport/docker/index.ts'
import { fakeConnection } from '../support/fake-connection.ts'
import { fakeHost } from '../support/fake-host.ts'

const playbook = definePlaybook({
  name: 'shop',
  box: defineBox({ name: 'none', build: new URL('file:///nowhere') }),
  hosts: ['web'],
  resources: () => [],
})

const ours: OwnedObject = {
  type: 'container',
  name: 'nginx',
  id: 'a',
  resource: 'web/container/nginx',
  version: '1',
}

/** Destroys what is ours on a host whose removals fail with this code. */
function clear(code: ErrorCode) {
  const elsewhere = (): never => expect.unreachable()
  const ssh = { address: 'x', port: 1, user: 'x', identityFile: undefined, knownHosts: [], become: false }
  const provided = [
    {
      ...({ name: 'web', state: 'running', isYoung: false, address: 'x', system: undefined } as const),
      ssh: { ...ssh, name: 'web', hostKeyAlias: undefined },
    },
  ]
  const session: Clearing = {
    workspace: {
      ...{ projectDir: '/p', playbookFile: '/p/playbook.ts', playbook, environment: 'shop', given: {} },
      ...{ on: '/p/hosts.yaml', stateDir: '/p/state', cacheDir: '/p/cache', texts: new Map() },
    },
    ...{ ifLocked: 'fail', signal: new AbortController().signal, doing: { command: 'destroy' } },
    provider: {
      kind: 'ssh',
      strays: () => [],
      survey: () => Promise.resolve(provided),
      ...{ up: elsewhere, start: elsewhere, stop: elsewhere, destroy: elsewhere, reach: elsewhere },
    },
    connect: () =>
      Promise.resolve({
        ...fakeHost('web', {
          answer: (probe) => (probe.ask === 'owned' ? [ours] : undefined),
          fails: () => new ProvisionError(code, 'it fails', { about: 'web', help: 'look there' }),
        }),
        connection: fakeConnection(),
        docker: dockerOf(fakeConnection()),
        lock: () => Promise.resolve({ got: 'none' as const }),
        expect: () => undefined,
        lockHolder: () => Promise.resolve(undefined),
        traffic: () => noTraffic,
      }),
    emit: () => undefined,
  }
  return destroy(session)
}

it.each<ErrorCode>(['host', 'conflict', 'interrupted', 'locked', 'action'])(
  'a removal that fails keeps its code: %s',
  async (code) => {
    await expect(clear(code)).rejects.toMatchObject({ code, message: 'web: it fails', help: 'look there' })
  },
)
