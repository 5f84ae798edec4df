import { describe, expect, it } from 'vitest'
import { ProvisionError } from '../../src/core/error.ts'
import type { Event } from '../../src/core/event.ts'
import { graphOf } from '../../src/core/graph/index.ts'
import { noTraffic } from '../../src/core/traffic.ts'
import { buildPhase, converge } from '../../src/engine/converge.ts'
import type { Built, IfLocked, Session } from '../../src/engine/session.ts'
import { unlessBusy } from '../../src/engine/unless-busy.ts'
import { defineBox, definePlaybook, file } from '../../src/index.ts'
import { dockerOf } from '../../src/transport/docker/index.ts'
import type { ConnectedHost } from '../../src/transport/host.ts'
import { fakeHost } from '../support/fake-host.ts'
import { shellConnection } from '../support/shell-connection.ts'
import { failure } from '../support/transport.ts'

const box = defineBox({ name: 'none', build: new URL('file:///nowhere') })
const playbook = definePlaybook({
  name: 'shop',
  box,
  hosts: ['db', 'web'],
  resources: ({ hosts: { db, web } }) => [db, web].map((host) => file(host, '/etc/x', { content: 'x' })),
})
const nothing: Built = { built: new Map(), images: new Map() }

interface Scene {
  readonly ifLocked?: IfLocked
  /** Who has the lock of a host. */
  readonly holder: (host: string) => Promise<string | undefined>
  readonly build: Session['build']
}

/** A run on hosts in memory, and all that can be seen of it. */
function scene({ ifLocked = 'fail', holder, build }: Scene) {
  const hosts = new Map(playbook.hosts.map((name) => [name, fakeHost(name)]))
  const user = new AbortController()
  const seen = { events: new Array<Event>(), asked: new Array<string>(), closed: new Array<string>() }
  const connection = shellConnection({ title: 'sh', argv: ['sh'] })
  const connected = (name: string): ConnectedHost => ({
    ...(hosts.get(name) ?? fakeHost(name)),
    connection,
    docker: dockerOf(connection),
    lock: () => Promise.resolve({ got: 'none' }),
    expect: () => undefined,
    lockHolder: () => {
      seen.asked.push(name)
      return holder(name)
    },
    traffic: () => noTraffic,
    close: () => Promise.resolve(void seen.closed.push(name)),
  })
  const ssh = { address: 'x', port: 1, user: 'x', identityFile: undefined, knownHosts: [], become: false }
  const provided = playbook.hosts.map((name) => ({
    ...({ name, state: 'running', isYoung: false, address: 'x', system: undefined } as const),
    ssh: { ...ssh, name, hostKeyAlias: undefined },
  }))
  const elsewhere = (): never => expect.unreachable()
  const declaration = playbook.declare({}, {})
  const workspace = {
    ...{ projectDir: '/p', playbookFile: '/p/playbook.ts', playbook, environment: 'shop', given: {} },
    ...{ on: '/p/hosts.yaml', stateDir: '/p/state', cacheDir: '/p/cache', texts: new Map() },
  }
  const session: Session = {
    ...{ workspace, declaration, graph: graphOf(declaration.resources, playbook.hosts) },
    ...{ build, ifLocked, signal: user.signal, doing: { command: 'refresh' } },
    provider: {
      kind: 'ssh',
      strays: () => [],
      ...{ survey: elsewhere, up: elsewhere, start: elsewhere, stop: elsewhere, destroy: elsewhere },
      reach: elsewhere,
    },
    ensureBox: elsewhere,
    connect: ({ name }) => Promise.resolve(connected(name)),
    emit: (event) => void seen.events.push(event),
    hide: () => undefined,
    redact: (text) => text,
    findSecrets: () => () => false,
  }
  const run = () =>
    unlessBusy(session, (session) => converge(session, Promise.resolve(provided), buildPhase(session)))
  return { ...seen, run, user, changed: () => [...hosts].filter(([, { batches }]) => batches.length > 0) }
}

/** A build that only ends when it is told to, as one whose program is ended does. */
const endless: Session['build'] = (_, signal) =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new ProvisionError('interrupted', 'make: interrupted'))),
  )
const on = (busy: string) => (host: string) => Promise.resolve(host === busy ? 'ann is at work' : undefined)

describe('a run that waits for nobody', () => {
  it('ends its builds as soon as it finds somebody at work, and says who', async () => {
    let reason: unknown
    const { run, closed, changed } = scene({
      holder: on('web'),
      build: async (builds, signal) =>
        endless(builds, signal).finally(() => {
          reason = signal.reason
        }),
    })
    const error = await failure(run())
    expect(error).toMatchObject({
      ...{ code: 'locked', message: 'web: ann is at work' },
      help: 'leave out --no-wait to wait for it',
    })
    expect(reason).toBe(error)
    expect([...closed].sort()).toEqual(['db', 'web'])
    expect(changed()).toEqual([])
  })

  it('goes on where nobody is, or nobody can be asked', async () => {
    const { run, asked, changed } = scene({
      holder: (host) =>
        host === 'db' ? Promise.reject(new ProvisionError('host', 'lost')) : Promise.resolve(undefined),
      build: () => Promise.resolve(nothing),
    })
    expect(await run()).toMatchObject({ ok: true, changed: 2 })
    expect([...asked].sort()).toEqual(['db', 'web'])
    expect(changed()).toHaveLength(2)
  })

  it('leaves alone what goes on elsewhere once all is built', async () => {
    let built: () => void = () => undefined
    const all = new Promise<void>((resolve) => (built = resolve))
    const { run, events, changed } = scene({
      holder: async (host) => {
        if (host === 'db') return undefined
        await all
        // Long enough for the other one to be changed without this one.
        await new Promise((resolve) => setTimeout(resolve, 1_000))
        return 'ann is at work'
      },
      build: () => Promise.resolve(nothing).finally(built),
    })
    expect(await run()).toMatchObject({ ok: false, changed: 1 })
    expect(changed().map(([name]) => name)).toEqual(['db'])
    const failed = events.flatMap((event) => (event.event === 'failed' ? [event.failure] : []))
    expect(failed).toMatchObject([{ code: 'locked', message: 'web: ann is at work' }])
  })

  it('is interrupted when the user stops it, whoever is at work', async () => {
    const { run, user } = scene({
      holder: () => {
        user.abort()
        return Promise.resolve('ann is at work')
      },
      build: endless,
    })
    expect((await failure(run())).code).toBe('interrupted')
  })
})

it('a run that waits looks at no lock before it needs it', async () => {
  const { run, asked } = scene({
    ifLocked: 'wait',
    holder: on('web'),
    build: () => Promise.resolve(nothing),
  })
  expect(await run()).toMatchObject({ ok: true, changed: 2 })
  expect(asked).toEqual([])
})
