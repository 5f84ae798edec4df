import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../src/core/facts.ts'
import { graphOf } from '../../../src/core/graph/index.ts'
import type { OwnedObject, Probe } from '../../../src/core/probe.ts'
import { command } from '../../../src/modules/command.ts'
import { volume } from '../../../src/modules/volume.ts'
import { resourceLabels } from '../../../src/core/label.ts'
import { hostNamed } from '../../../src/core/host.ts'
import { wayToCopy } from '../../../src/core/owned.ts'
import { secret } from '../../../src/core/secret/index.ts'
import { ProvisionError } from '../../../src/core/error.ts'
import { makePlan, wholeOf } from '../../../src/engine/plan/make.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { thing } from '../../support/resource.ts'

const facts: Facts = {
  scope: { playbook: 'p', environment: 'e' },
  hosts: new Map(),
  built: new Map(),
  images: new Map(),
  paths: new Map(),
}

const owning =
  (...objects: OwnedObject[]) =>
  (probe: Probe) => {
    if (probe.ask === 'owned') return objects
    return probe.ask === 'read' && probe.path.endsWith('/there') ? 'there' : undefined
  }

async function plan(objects: readonly OwnedObject[] = []) {
  const web = fakeHost('web', { answer: owning(...objects) })
  const app = fakeHost('app')
  const there = thing('web', 'there')
  const graph = graphOf(
    [there, thing('web', 'missing', { needs: [there] }), thing('app', 'other')],
    ['web', 'app'],
  )
  const planned = await makePlan(
    graph,
    new Map([
      ['web', web],
      ['app', app],
    ]),
    facts,
    new AbortController().signal,
  )
  return { ...planned, web, app }
}

const owned = (type: OwnedObject['type'], name: string, version?: string): OwnedObject => ({
  type,
  name,
  id: `id-${name}`,
  resource: `web/${type}/${name}`,
  version,
})

describe('making a plan', () => {
  it('asks each host once, however many resources it has', async () => {
    const { web, app } = await plan()
    expect([web.rounds(), app.rounds()]).toEqual([1, 1])
  })

  it.each([
    ['an orphan', 'container', 'gone'],
    ['what the playbook lists', 'container', 'there'],
    ['a network', 'network', 'net'],
    ['a volume', 'volume', 'data'],
  ] as const)('refuses by name %s that a newer tool made, and plans nothing', async (_, type, name) => {
    const older = [owned('container', 'first', '1'), owned('container', 'ancient')]
    await expect(plan([...older, owned(type, name, '2')])).rejects.toMatchObject({
      code: 'conflict',
      message: `web › ${type} ${name} was made by a newer provision (labels of version 2, this one knows 1)`,
      help: 'update provision on this machine',
    })
  })

  it('counts all that stands in the way, on whichever hosts, and lists it once', async () => {
    const volumes = ['web', 'app'].flatMap((host) =>
      ['va', 'vb'].map((name) => volume(hostNamed(host), name)),
    )
    const answer = (probe: Probe) => {
      if (probe.ask === 'owned') return []
      return probe.ask === 'volume' ? { driver: 'local', labels: {} } : undefined
    }
    const hosts = ['web', 'app'].map((name) => [name, fakeHost(name, { answer })] as const)
    const graph = graphOf(volumes, ['web', 'app'])
    await expect(makePlan(graph, new Map(hosts), facts, new AbortController().signal)).rejects.toMatchObject({
      code: 'conflict',
      message: '4 things stand in the way',
      output: ['web › volume va', 'web › volume vb', 'app › volume va', 'app › volume vb']
        .map((title) => `${title}: a volume ${title.slice(-2)} is there that provision did not make`)
        .join('\n'),
    })
  })

  it('says of each thing that stands in the way what to do about it', async () => {
    const foreign = (probe: Probe) => {
      if (probe.ask === 'owned') return []
      return probe.ask === 'volume' ? { driver: 'local', labels: {} } : undefined
    }
    const newer = (probe: Probe) =>
      probe.ask === 'owned' ? [] : probe.ask === 'volume' ? { ...mine, driver: 'nfs' } : undefined
    const mine = { labels: resourceLabels(facts.scope, 'db/volume/data') }
    const hosts = new Map([
      ['web', fakeHost('web', { answer: foreign })],
      ['db', fakeHost('db', { answer: newer })],
    ])
    const graph = graphOf([volume(hostNamed('web'), 'va'), volume(hostNamed('db'), 'data')], ['web', 'db'])
    await expect(makePlan(graph, hosts, facts, new AbortController().signal)).rejects.toMatchObject({
      message: '2 things stand in the way',
      help: [wayToCopy('web', 'va'), `keep the driver in the playbook, or ${wayToCopy('db', 'data')}`].join(
        '\n',
      ),
    })
  })

  it('compares each resource with the answers to its own probes', async () => {
    const { plan: made } = await plan()
    expect(made.steps.map(({ id, operation }) => [id, operation])).toEqual([
      ['web/thing/there', 'none'],
      ['web/thing/missing', 'create'],
      ['app/thing/other', 'create'],
    ])
    expect(made.steps[1]).toMatchObject({
      needs: ['web/thing/there'],
      changes: [{ field: 'content', to: 'missing' }],
    })
  })

  it('removes what carries our labels and is in the playbook no more, networks after containers', async () => {
    const { plan: made } = await plan([owned('network', 'n'), owned('container', 'c')])
    expect(made.steps.slice(0, 2)).toMatchObject([
      {
        id: 'web/container/c (removed)',
        operation: 'remove',
        actions: [{ do: 'stop-container' }, { do: 'remove-container', name: 'c' }],
      },
      { id: 'web/network/n (removed)', operation: 'remove', needs: ['web/container/c (removed)'] },
    ])
  })

  it.each([
    ['c', 'web/container/c', []],
    ['c.provision-new', 'web/container/c', []],
    ['on-the-same-machine', 'app/container/c', []],
    ['c-renamed', 'web/container/c', [{ field: 'made as', from: 'web/container/c', to: undefined }]],
    ['gone', 'web/container/gone', [{ field: 'playbook', from: 'listed', to: undefined }]],
  ])(
    'of containers of ours removes what the playbook does not list by its name: %s, made as %s',
    async (name, resource, changes) => {
      const known = new Set(['web/container/c', 'app/container/c'])
      const web = fakeHost('web', { answer: owning({ ...owned('container', name), resource }) })
      const hosts = new Map([['web', web]])
      const { plan: made } = await makePlan({ resources: [] }, hosts, facts, new AbortController().signal, {
        ...wholeOf({ resources: [] }),
        known,
      })
      expect(made.steps.flatMap((step) => step.changes)).toEqual(changes)
    },
  )

  it('goes on without a host that does not answer, and says which', async () => {
    const silent = fakeHost('app')
    const refusal = new ProvisionError('host', 'app: the connection was lost')
    const planned = await makePlan(
      graphOf([thing('web', 'a'), thing('app', 'b')], ['web', 'app']),
      new Map([
        ['web', fakeHost('web')],
        ['app', { ...silent, probe: () => Promise.reject(refusal) }],
      ]),
      facts,
      new AbortController().signal,
    )
    expect(planned.plan.steps.map(({ id }) => id)).toEqual(['web/thing/a'])
    expect(planned.unreached).toEqual([{ host: 'app', error: refusal }])
  })

  it('tells of a command of a resource with a secret that it is one', async () => {
    const asked: Probe[] = []
    const answer = (probe: Probe) => {
      asked.push(probe)
      return probe.ask === 'command' ? { code: 0, output: '' } : undefined
    }
    const host = hostNamed('web')
    const told = command(host, 'told', { run: ['true'], unless: ['true'], env: { KEY: secret('planted') } })
    const open = command(host, 'open', { run: ['true'], unless: ['true'] })
    const web = fakeHost('web', { answer })
    await makePlan(
      graphOf([told, open], ['web']),
      new Map([['web', web]]),
      facts,
      new AbortController().signal,
    )
    const mine = asked.flatMap((probe) =>
      probe.ask === 'command' && probe.argv[0] === 'true' ? [probe] : [],
    )
    expect(mine.map((probe) => probe.secret)).toEqual([true, undefined])
  })

  it('never removes a volume', async () => {
    const { plan: made, keptVolumes } = await plan([owned('volume', 'data')])
    expect(made.steps.every(({ operation }) => operation !== 'remove')).toBe(true)
    expect(keptVolumes).toEqual([{ host: 'web', name: 'data' }])
  })

  it('leaves alone what a declared resource made', async () => {
    const { plan: made } = await plan([{ ...owned('container', 'x'), resource: 'web/thing/there' }])
    expect(made.steps).toHaveLength(3)
  })
})
