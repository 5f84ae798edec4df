import { describe, expect, it } from 'vitest'
import { graphOf } from '../../../src/core/graph/index.ts'
import { hostGroups, onHostsOrNeeding } from '../../../src/core/graph/host-groups.ts'
import type { Resource } from '../../../src/core/resource.ts'
import { thing } from '../../support/resource.ts'

const hosts = ['a', 'b', 'c', 'd']
const on = (host: string, ...needs: readonly Resource[]) => thing(host, 'x', { needs })

describe('hosts that can be worked on apart', () => {
  const shared = on('c')
  it.each<[string, readonly Resource[], readonly (readonly string[])[]]>([
    ['all, without resources', [], [['a'], ['b'], ['c'], ['d']]],
    ['all, where each needs only what is on it', hosts.map((host) => on(host)), [['a'], ['b'], ['c'], ['d']]],
    ['not the two of a reference', [on('b', on('a'))], [['a', 'b'], ['c'], ['d']]],
    ['not those of a chain', [on('d', on('a', on('c')))], [['a', 'c', 'd'], ['b']]],
    ['not those that need the same', [on('a', shared), on('d', shared)], [['a', 'c', 'd'], ['b']]],
    [
      'two pairs',
      [on('d', on('a')), on('c', on('b'))],
      [
        ['a', 'd'],
        ['b', 'c'],
      ],
    ],
  ])('%s', (_, resources, expected) => {
    expect(hostGroups(graphOf(resources, hosts), hosts)).toEqual(expected)
  })
})

it('what is on a host, and what needs it through others', () => {
  const lost = on('a')
  const behind = thing('b', 'behind', { needs: [thing('c', 'between', { needs: [lost] })] })
  const graph = graphOf([behind, on('d')], hosts)
  expect([...onHostsOrNeeding(graph, new Set(['a']))]).toEqual([
    'a/thing/x',
    'c/thing/between',
    'b/thing/behind',
  ])
})
