import { describe, expect, it } from 'vitest'
import { ProvisionError } from '../../../src/core/error.ts'
import type { Facts } from '../../../src/core/facts.ts'
import { graphOf } from '../../../src/core/graph/index.ts'
import type { HostPort } from '../../../src/core/host.ts'
import type { Answer, Probe } from '../../../src/core/probe.ts'
import { makePlan } from '../../../src/engine/plan/make.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { thing } from '../../support/resource.ts'
import { never } from '../../support/transport.ts'

const facts: Facts = {
  scope: { playbook: 'p', environment: 'e' },
  ...{ hosts: new Map(), built: new Map(), images: new Map(), paths: new Map() },
}

/** Two hosts, what each says of its machine, and whether a connection to the one is served on the other. */
interface Row {
  readonly machines: readonly [string | undefined, string | undefined]
  readonly isServed: boolean | 'lost'
  readonly claims: readonly [readonly string[], readonly string[]]
}

async function plan({ machines, isServed, claims }: Row) {
  let asked = 0
  const hosts = ['web', 'app'].map((name, i) => {
    const answer = (probe: Probe): Answer => {
      if (probe.ask === 'machine') return machines[i]
      if (probe.ask !== 'command') return undefined
      asked++
      return i === 0 ? { code: 0, output: '12.345' } : { code: isServed === true ? 0 : 1, output: '' }
    }
    const host = fakeHost(name, { answer })
    const probe: HostPort['probe'] = (probes, stop) =>
      isServed === 'lost' && probes.some(({ ask }) => ask === 'command')
        ? Promise.reject(new ProvisionError('host', `${name}: the connection was lost`))
        : host.probe(probes, stop)
    return [name, { ...host, probe }] as const
  })
  const listed = [thing('web', 'one', { claims: claims[0] }), thing('app', 'two', { claims: claims[1] })]
  const { plan } = await makePlan(graphOf(listed, ['web', 'app']), new Map(hosts), facts, never)
  return { asked, steps: plan.steps.length }
}

const port = ['port 80/tcp']
const site = ['path /srv/a', 'path /srv/b', 'path /srv/c', 'path /srv/d']

describe('hosts that are one machine', () => {
  it.each<[string, Row, string]>([
    ['the same port', { machines: ['m 1', 'm 1'], isServed: true, claims: [port, port] }, 'port 80/tcp'],
    [
      'overlapping addresses',
      {
        ...{ machines: ['m 1', 'm 1'], isServed: true },
        claims: [['subnet 10.7.0.0/16'], ['subnet 10.7.1.0/24']],
      },
      'subnet 10.7.1.0/24',
    ],
  ])('are refused with %s', async (_, row, what) => {
    await expect(plan(row)).rejects.toMatchObject({
      code: 'conflict',
      message: `app and web are one machine, and both have ${what} there`,
    })
  })

  it('are told with the first things that both have', async () => {
    const same = site.map((claim, i) => [
      thing('web', `w${i}`, { claims: [claim] }),
      thing('app', `a${i}`, { claims: [claim] }),
    ])
    const answer = (probe: Probe): Answer => {
      if (probe.ask === 'machine') return 'm 1'
      return probe.ask === 'command' ? { code: 0, output: '12.345' } : undefined
    }
    const hosts = new Map(['web', 'app'].map((name) => [name, fakeHost(name, { answer })]))
    await expect(makePlan(graphOf(same.flat(), ['web', 'app']), hosts, facts, never)).rejects.toMatchObject({
      message:
        'app and web are one machine, and both have path /srv/a, path /srv/b, path /srv/c, 1 more there',
    })
  })

  it.each<[string, Row, number]>([
    ['share nothing', { machines: ['m 1', 'm 1'], isServed: true, claims: [port, site] }, 0],
    ['are containers of one kernel', { machines: ['m 1', 'm 2'], isServed: true, claims: [port, port] }, 0],
    ['cannot tell', { machines: [undefined, undefined], isServed: true, claims: [port, port] }, 0],
    ['are lost meanwhile', { machines: ['m 1', 'm 1'], isServed: 'lost', claims: [port, port] }, 0],
    ['are copies of one that ran', { machines: ['m 1', 'm 1'], isServed: false, claims: [port, port] }, 2],
  ])('go through where they %s', async (_, row, questions) => {
    expect(await plan(row)).toEqual({ asked: questions, steps: 2 })
  })
})
