import { describe, expect, it } from 'vitest'
import { dockerQuestions } from '../../../src/cli/playbook/of-graph.ts'
import { graphOf } from '../../../src/core/graph/index.ts'
import type { Resource } from '../../../src/core/resource.ts'
import { container, network, volume } from '../../../src/index.ts'
import { callsFor, isDockerProbe } from '../../../src/transport/docker/probe.ts'
import { app } from '../../support/judge.ts'
import { jre, named, run, www } from '../../support/user-container.ts'

const calm = container(app, 'calm', { image: jre })

describe('how many questions Docker is asked about a host', () => {
  it.each<[string, readonly Resource[]]>([
    ['nothing', []],
    ['files', [www]],
    ['a container', [named({})]],
    [
      'two containers of one image, a network and a volume',
      [named({ network: network(app, 'inner'), mounts: { '/data': volume(app, 'data') } }), calm],
    ],
  ])('is as many as are known before it is asked: %s', (_, resources) => {
    const graph = graphOf(resources, ['app', 'web'])
    const probes = graph.resources.flatMap(({ resource }) => resource.bind(run()).probes)
    const owned = { ask: 'owned', playbook: 'shop', environment: 'default' } as const
    const calls = callsFor([owned, ...probes.filter(isDockerProbe)])
    expect(dockerQuestions(graph)('app')).toBe(calls)
    expect(dockerQuestions(graph)('web')).toBe(callsFor([owned]))
  })
})
