import { expect, it } from 'vitest'
import { ProvisionError } from '../../src/core/error.ts'
import type { Facts } from '../../src/core/facts.ts'
import { openGroups, planGroup } from '../../src/engine/group.ts'
import { wholeOf } from '../../src/engine/plan/make.ts'
import { command, defineBox, definePlaybook, file } from '../../src/index.ts'
import { connectedHost, providedHost } from '../support/connected-host.ts'
import { fakeSession, workspaceOf } from '../support/fake-session.ts'

const playbook = definePlaybook({
  name: 'shop',
  box: defineBox({ name: 'none', build: new URL('file:///nowhere') }),
  hosts: ['web', 'db'],
  resources: ({ hosts: { web, db } }) => {
    const schema = command(db, 'schema', { run: ['make'], unless: ['false'] })
    return [
      file(web, '/etc/x', { content: 'x' }),
      command(web, 'fill', { run: ['fill'], unless: ['false'] }, { needs: [schema] }),
    ]
  },
})

const lost = new ProvisionError('host', 'the connection was lost', { about: 'db' })
const isLost = (): Promise<never> => Promise.reject(lost)

it.each([
  ['while it is asked', { probe: isLost }],
  ['while its lock is taken', { lock: isLost }],
])('of hosts that need each other, one that is lost %s leaves the others', async (_, over) => {
  const hosts = [connectedHost('web'), connectedHost('db', {}, over)]
  const session = fakeSession(workspaceOf(playbook), {
    connect: ({ name }) => {
      const host = hosts.find((one) => one.name === name)
      return host ? Promise.resolve(host) : expect.unreachable()
    },
  })
  const facts: Facts = {
    scope: { playbook: 'shop', environment: 'shop' },
    ...{ hosts: new Map(), built: new Map(), images: new Map(), paths: new Map() },
  }
  const [group, ...others] = openGroups(session, ['web', 'db'].map(providedHost))
  expect(others).toEqual([])
  if (!group) return expect.unreachable()
  const { ready, unreached } = await planGroup(session, group, facts, wholeOf({ resources: [] }))
  expect(unreached).toEqual([expect.objectContaining({ host: 'db', error: lost })])
  expect([...(ready?.hosts.keys() ?? [])]).toEqual(['web'])
  expect(ready?.planned.plan.steps.map(({ id }) => id)).toEqual(['web/file//etc/x', 'web/command/fill'])
})
