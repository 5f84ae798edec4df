import { expect, it } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { ProvisionError, type ErrorCode } from '../../src/core/error.ts'
import type { OwnedObject } from '../../src/core/probe.ts'
import { destroy, type Clearing } from '../../src/engine/destroy.ts'
import { defineBox, definePlaybook } from '../../src/index.ts'
import type { ConnectedHost } from '../../src/transport/host.ts'
import { connectedHost, providedHost } from '../support/connected-host.ts'
import type { FakeBehaviour } from '../support/fake-host.ts'
import { workspaceOf } from '../support/fake-session.ts'

const owned = (type: OwnedObject['type'], name: string): OwnedObject => ({
  ...{ type, name, id: name, version: '1' },
  resource: `web/${type}/${name}`,
})

/** A host with a container and a network of ours. */
const hostWithOurs = (name: string, more: FakeBehaviour = {}, over: Partial<ConnectedHost> = {}) =>
  connectedHost(
    name,
    {
      answer: (probe) =>
        probe.ask === 'owned' ? [owned('container', 'nginx'), owned('network', 'inner')] : undefined,
      ...more,
    },
    over,
  )

/** Destroys what is ours on these hosts. */
function clear(hosts: readonly ConnectedHost[], signal: AbortSignal = new AbortController().signal) {
  const elsewhere = (): never => expect.unreachable()
  const names = hosts.map(({ name }) => name)
  const playbook = definePlaybook({
    name: 'shop',
    box: defineBox({ name: 'none', build: new URL('file:///nowhere') }),
    hosts: names,
    resources: () => [],
  })
  const session: Clearing = {
    workspace: workspaceOf(playbook),
    ...{ ifLocked: 'fail', signal, doing: { command: 'destroy' } },
    provider: {
      kind: 'ssh',
      strays: () => [],
      survey: () => Promise.resolve(names.map(providedHost)),
      ...{ up: elsewhere, start: elsewhere, stop: elsewhere, destroy: elsewhere, reach: elsewhere },
    },
    connect: ({ name }) => {
      const host = hosts.find((one) => one.name === name)
      return host ? Promise.resolve(host) : expect.unreachable()
    },
    emit: () => undefined,
  }
  return destroy(session)
}

const failing =
  (code: ErrorCode, host: string) =>
  ({ do: what }: Action): ProvisionError | undefined =>
    what === 'remove-container'
      ? new ProvisionError(code, 'it fails', { about: host, help: `look at ${host}` })
      : undefined

it.each<ErrorCode>(['host', 'conflict', 'interrupted', 'locked', 'action'])(
  'a removal that fails keeps its code: %s',
  async (code) => {
    await expect(clear([hostWithOurs('web', { fails: failing(code, 'web') })])).rejects.toMatchObject({
      ...{ code, message: 'web: it fails', help: 'look at web' },
    })
  },
)

const isLost = (): Promise<never> =>
  Promise.reject(new ProvisionError('host', 'the connection was lost', { about: 'db' }))

it.each<[string, ConnectedHost]>([
  ['while its lock is taken', hostWithOurs('db', {}, { lock: isLost })],
  ['while it is asked', hostWithOurs('db', {}, { probe: isLost })],
])('a host that is lost %s keeps no other from being cleared', async (_, db) => {
  const web = hostWithOurs('web')
  await expect(clear([web, db])).rejects.toMatchObject({
    code: 'host',
    message: 'db: the connection was lost',
  })
  expect(web.batches.flat().map((action) => action.do)).toEqual([
    'stop-container',
    'remove-container',
    'remove-network',
  ])
})

it('a removal that fails does not hide that another host was never reached', async () => {
  const web = hostWithOurs('web', { fails: failing('action', 'web') })
  await expect(clear([web, hostWithOurs('db', {}, { lock: isLost })])).rejects.toMatchObject({
    message: '2 things stand in the way',
    output: 'web: it fails\ndb: the connection was lost',
  })
})

it('what is stopped between two removals does not pass for done', async () => {
  const stop = new AbortController()
  const reason = new ProvisionError('interrupted', 'stopped by SIGINT')
  const web = hostWithOurs('web', {
    gate: () => {
      stop.abort(reason)
      return Promise.resolve()
    },
  })
  await expect(clear([web], stop.signal)).rejects.toBe(reason)
})
