import { expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import type { StrayHost } from '../../src/core/provider.ts'
import { tellStrays } from '../../src/engine/strays.ts'
import { defineBox, definePlaybook } from '../../src/index.ts'
import { fakeSession } from '../support/fake-session.ts'

const playbook = definePlaybook({
  name: 'shop',
  box: defineBox({ name: 'none', build: new URL('file:///nowhere') }),
  hosts: ['web'],
  resources: () => [],
})
const stray = (name: string, state: StrayHost['state']): StrayHost => ({
  ...{ name, state, address: '10.0.0.2', removal: `remove ${name}` },
  ssh: {
    ...{ name, address: '10.0.0.2', port: 22, user: 'core', identityFile: undefined, knownHosts: [] },
    ...{ hostKeyAlias: undefined, become: true },
  },
})

it('tells each node that the playbook has no host for in a line, with what removes it', () => {
  const { provider } = fakeSession({
    ...{ projectDir: '/p', playbookFile: '/p/playbook.ts', playbook, environment: 'shop', given: {} },
    ...{ on: undefined, stateDir: '/p/state', cacheDir: '/p/cache', texts: new Map() },
  })
  const events: Event[] = []
  const strays = [stray('db', 'running'), stray('old', 'stopped')]
  const emit = (event: Event): void => void events.push(event)
  expect(tellStrays({ provider: { ...provider, strays: () => strays }, emit })).toEqual(strays)
  const gone = 'is not in the playbook any more, but its node is'
  expect(events).toEqual([
    {
      ...{ event: 'note', level: 'warning', kind: 'stray' },
      text: `db ${gone} still running with all that is on it; to remove it: remove db`,
    },
    {
      ...{ event: 'note', level: 'warning', kind: 'stray' },
      text: `old ${gone} still there (stopped) with all that is on it; to remove it: remove old`,
    },
  ])
})
