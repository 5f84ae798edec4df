import { expect, it } from 'vitest'
import type { Event } from '../../src/core/event.ts'
import { noTraffic } from '../../src/core/traffic.ts'
import { quickstart } from '../../src/engine/quickstart.ts'
import { defineBox, definePlaybook, file } from '../../src/index.ts'
import { dockerOf } from '../../src/transport/docker/index.ts'
import type { ConnectedHost } from '../../src/transport/host.ts'
import { fakeHost } from '../support/fake-host.ts'
import { fakeSession } from '../support/fake-session.ts'
import { temporaryFolder } from '../support/folder.ts'
import { shellConnection } from '../support/shell-connection.ts'
import { ownCommand } from '../../src/core/text/own-command.ts'

const playbook = definePlaybook({
  name: 'shop',
  box: defineBox({ name: 'own', build: new URL('file:///nowhere') }),
  hosts: ['db', 'web'],
  resources: ({ hosts: { db, web } }) => [db, web].map((host) => file(host, '/etc/x', { content: 'x' })),
  after: (_, { log }) => log('2 rows inserted'),
})
const baked = { name: 'own', digest: 'd', system: 'new', user: 'core', image: 'x', store: 'x' }

const connection = shellConnection({ title: 'sh', argv: ['sh'] })
const connected = (name: string): ConnectedHost => ({
  ...fakeHost(name),
  ...{ connection, docker: dockerOf(connection), expect: () => undefined, traffic: () => noTraffic },
  lock: () => Promise.resolve({ got: 'none' }),
  lockHolder: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
})

/** What a quickstart tells whose hosts were made from boxes with these systems, when that of the box is `new`. */
async function toldWith(systems: Readonly<Record<string, string | undefined>>): Promise<readonly Event[]> {
  const ssh = { address: 'x', port: 1, user: 'x', identityFile: undefined, knownHosts: [], become: false }
  const up = Object.entries(systems).map(([name, system]) => ({
    ...({ name, state: 'running', isYoung: false, address: 'x', system } as const),
    ssh: { ...ssh, name, hostKeyAlias: undefined },
  }))
  const dir = temporaryFolder()
  const events: Event[] = []
  const workspace = {
    ...{ projectDir: dir, playbookFile: `${dir}/playbook.ts`, playbook, environment: 'shop', given: {} },
    ...{ on: undefined, stateDir: `${dir}/state`, cacheDir: `${dir}/cache`, texts: new Map() },
  }
  const none = fakeSession(workspace)
  const outcomes = await quickstart({
    ...none,
    provider: { ...none.provider, kind: 'docker', up: () => Promise.resolve(up) },
    build: () => Promise.resolve({ built: new Map(), images: new Map() }),
    ensureBox: () => Promise.resolve(baked),
    connect: ({ name }) => Promise.resolve(connected(name)),
    emit: (event) => void events.push(event),
  })
  expect(outcomes.ok).toBe(true)
  return events
}

const warnings = (events: readonly Event[]): readonly string[] =>
  events.flatMap((event) => (event.event === 'note' && event.level === 'warning' ? [event.text] : []))

it('nodes of an earlier box are warned of last, beside the count that says nothing of them', async () => {
  const events = await toldWith({ db: 'new', web: 'old' })
  const text = `web: made from an earlier box; \`${ownCommand('destroy')}\` and \`${ownCommand('quickstart')}\` make them anew`
  expect(warnings(events)).toContain(text)
  const last = events.findLastIndex(({ event }) => event === 'phase-finished')
  expect(events.slice(last).some((event) => event.event === 'note' && event.text === text)).toBe(true)
})

it.each([[{ db: 'new', web: 'new' }], [{ db: undefined, web: 'new' }]])(
  'of %j there is no word',
  async (boxes) => {
    expect(warnings(await toldWith(boxes)).filter((text) => text.includes('box'))).toEqual([])
  },
)

it('what `after` logs is told as a note, which stays on the screen', async () => {
  expect(await toldWith({ db: 'new', web: 'new' })).toContainEqual({
    ...{ event: 'note', level: 'info', text: '2 rows inserted' },
  })
})
