import { describe, expect, it } from 'vitest'
import type { Facts } from '../../src/core/facts.ts'
import { graphOf } from '../../src/core/graph.ts'
import type { OwnedObject, Probe } from '../../src/core/probe.ts'
import { makePlan } from '../../src/engine/plan.ts'
import { fakeHost } from '../support/fake-host.ts'
import { thing } from '../support/resource.ts'

const facts: Facts = {
  scope: { playbook: 'p', environment: 'e' },
  hosts: new Map(),
  built: new Map(),
  images: new Map(),
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
