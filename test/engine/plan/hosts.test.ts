import { describe, expect, it } from 'vitest'
import type { Event } from '../../../src/core/event.ts'
import type { Probe } from '../../../src/core/probe.ts'
import type { HostState, ProvidedHost } from '../../../src/core/provider.ts'
import { noTraffic } from '../../../src/core/traffic.ts'
import { plan } from '../../../src/engine/refresh.ts'
import { defineBox, definePlaybook, file } from '../../../src/index.ts'
import { dockerOf } from '../../../src/transport/docker/index.ts'
import type { ConnectedHost } from '../../../src/transport/host.ts'
import { fakeConnection } from '../../support/fake-connection.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { fakeSession } from '../../support/fake-session.ts'
import { ownCommand } from '../../../src/core/text/own-command.ts'

const playbook = definePlaybook({
  name: 'shop',
  box: defineBox({ name: 'none', build: new URL('file:///nowhere') }),
  hosts: ['db', 'web'],
  resources: ({ hosts: { db, web } }) => [db, web].map((host) => file(host, '/etc/x', { content: 'x' })),
})
const workspace = {
  ...{ projectDir: '/p', playbookFile: '/p/playbook.ts', playbook, environment: 'shop', given: {} },
  ...{ on: '/p/hosts.yaml', stateDir: '/p/state', cacheDir: '/p/cache', texts: new Map() },
}

const provided = (name: string, state: HostState): ProvidedHost => ({
  ...{ name, state, isYoung: false, address: 'x', system: undefined },
  ssh: {
    ...{ name, address: 'x', port: 1, user: 'x', identityFile: undefined, knownHosts: [] },
    ...{ hostKeyAlias: undefined, become: false },
  },
})

/** What `plan` makes of hosts in these states, with somebody at work on some of them. */
async function planned(states: Readonly<Record<string, HostState>>, busy: readonly string[] = []) {
  const left = (probe: Probe) => (probe.ask === 'leftovers' ? ['/var/tmp/.provision-ab.1.2'] : undefined)
  const events: Event[] = []
  const connected = (name: string): ConnectedHost => ({
    ...fakeHost(name, busy.length > 0 ? { answer: left } : {}),
    ...{ connection: fakeConnection(), docker: dockerOf(fakeConnection()) },
    lock: () => Promise.resolve({ got: 'none' }),
    expect: () => undefined,
    lockHolder: () => Promise.resolve(busy.includes(name) ? 'ann is at work' : undefined),
    traffic: () => noTraffic,
  })
  const session = fakeSession(workspace)
  const made = await plan({
    ...session,
    provider: {
      ...session.provider,
      survey: () => Promise.resolve(Object.entries(states).map(([name, state]) => provided(name, state))),
    },
    build: () => Promise.resolve({ built: new Map(), images: new Map() }),
    connect: ({ name }) => Promise.resolve(connected(name)),
    emit: (event) => void events.push(event),
  })
  const notes = events.flatMap((event) => (event.event === 'note' ? [event.text] : []))
  return { steps: made.steps.map(({ id, needs }) => [id, ...needs]), absent: made.absent, notes }
}

describe('a plan of hosts that do not all run', () => {
  it('says nothing of hosts where all run', async () => {
    expect(await planned({ db: 'running', web: 'running' })).toEqual({
      steps: [['db/file//etc/x'], ['web/file//etc/x']],
      ...{ absent: undefined, notes: [] },
    })
  })

  it('plans nothing of one that is stopped, and says what starts it', async () => {
    expect(await planned({ db: 'running', web: 'stopped' })).toEqual({
      steps: [['db/file//etc/x']],
      absent: [{ name: 'web', state: 'stopped' }],
      notes: [
        `web is stopped: what is on it is not known until it runs; ${ownCommand('start')} starts it, and so does refresh`,
      ],
    })
  })

  it('tells of several in one line', async () => {
    const { steps, notes } = await planned({ db: 'stopped', web: 'stopped' })
    expect([steps, notes]).toEqual([
      [],
      [
        `db, web are stopped: what is on them is not known until they run; ${ownCommand('start')} starts them, and so does refresh`,
      ],
    ])
  })

  it.each(['missing', 'half-made'] as const)(
    'plans one that is %s as if empty, for quickstart',
    async (state) => {
      expect(await planned({ db: 'running', web: state })).toEqual({
        steps: [['db/file//etc/x'], ['web/file//etc/x']],
        absent: [{ name: 'web', state }],
        notes: [`web is ${state}: planned as if empty; ${ownCommand('quickstart')} makes it`],
      })
    },
  )
})

it('a plan beside a run says who is at work, and takes nothing of it for leftovers', async () => {
  const { steps, notes } = await planned({ db: 'running', web: 'running' }, ['web'])
  expect(steps).toEqual([['db/leftovers'], ['db/file//etc/x', 'db/leftovers'], ['web/file//etc/x']])
  expect(notes).toEqual([
    expect.stringMatching(/^web: ann is at work; this plan shows what .*: plan again when it has ended$/),
    expect.stringMatching(/^found what .* left on db: 1 temporary folder; to be removed$/),
  ])
})
