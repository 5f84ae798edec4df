import { expect, it } from 'vitest'
import { graphOf } from '../../../src/core/graph/index.ts'
import { resourceLabels } from '../../../src/core/label.ts'
import type { Answer, Probe } from '../../../src/core/probe.ts'
import { makePlan } from '../../../src/engine/plan/make.ts'
import { container, network } from '../../../src/index.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { app, scope } from '../../support/judge.ts'
import { bodyOf, running } from '../../support/made.ts'
import { matching } from '../../support/matching.ts'
import { jre, onHost, run } from '../../support/user-container.ts'

/** A host with the network `old`, which the playbook lists no more, and the container `user` on one. */
async function plan({ on, subnet }: { readonly on: string; readonly subnet?: string }) {
  const fresh = network(app, 'fresh', subnet === undefined ? {} : { subnet })
  const user = container(app, 'user', { image: jre, network: fresh })
  const there = running(bodyOf(user, run()), onHost, { networks: [on] })
  const answer = (probe: Probe): Answer => {
    if (probe.ask === 'container') return probe.name === 'user' ? there : undefined
    if (probe.ask === 'image') return onHost
    if (probe.ask === 'owned')
      return [{ type: 'network', name: 'old', id: 'o', resource: 'app/network/old', version: '1' }]
    if (probe.ask !== 'network' || probe.name !== 'old') return undefined
    const labels = resourceLabels(scope, 'app/network/old')
    return { id: 'o', driver: 'bridge', subnet: '10.7.0.0/24', internal: false, labels }
  }
  const host = fakeHost('app', { answer })
  const graph = graphOf([user], ['app'])
  const planned = await makePlan(graph, new Map([['app', host]]), run(), new AbortController().signal)
  const steps = planned.plan.steps.filter(({ kind }) => kind === 'network' || kind === 'container')
  return {
    rounds: host.rounds(),
    steps: steps.map(({ id, needs }) => [id, needs.filter((need) => !need.startsWith('app/image'))]),
  }
}

const [old, fresh, user] = ['app/network/old (removed)', 'app/network/fresh', 'app/container/user']

it('a container that moves from a network that goes to a new one leaves before that goes', async () => {
  const free = {
    rounds: 1,
    steps: [
      [fresh, []],
      [user, [fresh]],
      [old, [user]],
    ],
  }
  expect(await plan({ on: 'old' })).toEqual(free)
  expect(await plan({ on: 'old', subnet: '10.8.0.0/24' })).toEqual({ ...free, rounds: 2 })
})

it.each(['10.7.0.0/24', '10.7.0.128/25', '10.7.0.0/16'])(
  'addresses of one that goes are taken once it is gone: %s',
  async (subnet) => {
    const { steps } = await plan({ on: 'bridge', subnet })
    expect(steps).toEqual([
      [old, []],
      [fresh, [old]],
      [user, [fresh]],
    ])
    await expect(plan({ on: 'old', subnet })).rejects.toMatchObject({
      code: 'conflict',
      help: matching(/^give it another subnet; or take them off/),
    })
  },
)
