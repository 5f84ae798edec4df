import { describe, expect, it } from 'vitest'
import { graphOf } from '../../../src/core/graph/index.ts'
import type { Operation, Step } from '../../../src/core/plan.ts'
import { applyPlan } from '../../../src/engine/apply/index.ts'
import { afterLeaving } from '../../../src/engine/plan/networks.ts'
import { mergePlans } from '../../../src/engine/plan/told.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { matching } from '../../support/matching.ts'
import { step, starting, thing } from '../../support/resource.ts'

const network = (name: string, operation: Operation, needs: readonly string[] = []): Step =>
  step(`h/network/${name}`, {
    ...{ operation, needs, actions: [{ do: 'remove-network', name }] },
    changes: operation === 'recreate' ? [{ field: 'subnet', from: '10.1.0.0/24', to: '10.2.0.0/24' }] : [],
  })
const container = (name: string, needs: readonly string[] = [], operation: Operation = 'recreate'): Step =>
  step(`h/container/${name}`, { operation, needs, actions: [starting(name)] })
const on = (...pairs: readonly (readonly [string, string])[]) =>
  new Map(pairs.map(([name, joined]) => [`h/container/${name}`, [joined]]))
const shown = (steps: readonly Step[]): readonly string[] =>
  steps.map(({ name, needs }) => [name, ...needs.map((id) => id.replace(/^.*\//, '← '))].join(' '))

describe('a network that goes comes after the containers that are on it now', () => {
  it.each<[string, readonly Step[], ReturnType<typeof on>, readonly string[]]>([
    [
      'those that leave it',
      [
        network('mesh', 'remove'),
        network('new', 'create'),
        container('a', ['h/network/new']),
        container('b'),
      ],
      on(['a', 'mesh'], ['b', 'mesh']),
      ['new', 'a ← new', 'b', 'mesh ← a ← b'],
    ],
    [
      'those that are removed, whatever they are on',
      [container('old', [], 'remove'), network('mesh', 'remove'), container('a')],
      on(['a', 'other']),
      ['old', 'mesh ← old', 'a'],
    ],
    [
      'not those of another host',
      [network('mesh', 'remove'), { ...container('a'), host: 'x' }],
      on(['a', 'mesh']),
      ['mesh', 'a'],
    ],
    [
      'those that leave one of several',
      [network('mesh', 'remove'), network('gone', 'remove'), container('a', ['h/network/other'])],
      new Map([['h/container/a', ['gone', 'mesh', 'other']]]),
      ['a ← other', 'mesh ← a', 'gone ← a'],
    ],
    [
      'one to be made anew likewise',
      [network('mesh', 'recreate'), container('b', ['h/network/mesh']), container('a')],
      on(['a', 'mesh']),
      ['a', 'mesh ← a', 'b ← mesh'],
    ],
    [
      'and not one that stays as it is',
      [network('mesh', 'none'), container('a', ['h/network/mesh'])],
      on(['a', 'mesh']),
      ['mesh', 'a ← mesh'],
    ],
  ])('%s', (_, steps, joined, expected) => {
    expect(shown(afterLeaving(steps, joined))).toEqual(expected)
  })

  it('and is not begun where one of these fails', async () => {
    const steps = afterLeaving(
      [network('mesh', 'remove'), container('a'), container('b')],
      on(['a', 'mesh'], ['b', 'mesh']),
    )
    const host = fakeHost('h', {
      fails: (action) => (action.do === 'start-container' && action.name === 'b' ? 'no' : undefined),
    })
    const plan = { playbook: 'p', environment: 'e', steps }
    const { signal } = new AbortController()
    const applied = await applyPlan(plan, new Map([['h', host]]), signal, () => undefined)
    expect(applied).toMatchObject({ changed: ['h/container/a'], skipped: ['h/network/mesh'] })
  })
})

describe('a network that is to be made anew is refused', () => {
  it.each<[string, readonly Step[], ReturnType<typeof on>, RegExp]>([
    [
      'where containers stay on it',
      [
        network('mesh', 'recreate'),
        container('a', ['h/network/mesh'], 'none'),
        container('b', ['h/network/mesh']),
      ],
      on(['a', 'mesh'], ['b', 'mesh']),
      /^h › network mesh: it cannot be made anew \(subnet: 10\.1\.0\.0\/24 → 10\.2\.0\.0\/24\) with containers a, b on it$/,
    ],
    [
      'where a container that is on others, too, stays on it',
      [
        network('mesh', 'recreate'),
        network('other', 'none'),
        container('a', ['h/network/mesh', 'h/network/other'], 'none'),
      ],
      new Map([['h/container/a', ['mesh', 'other']]]),
      /^h › network mesh: .* with container a on it$/,
    ],
    [
      'where one could leave only after it',
      [
        network('mesh', 'recreate'),
        container('b', ['h/network/mesh'], 'create'),
        container('a', ['h/container/b']),
      ],
      on(['a', 'mesh']),
      /with container a on it$/,
    ],
    [
      'where two would swap theirs',
      [
        network('mesh', 'recreate'),
        network('other', 'recreate'),
        container('a', ['h/network/other']),
        container('b', ['h/network/mesh']),
      ],
      on(['a', 'mesh'], ['b', 'other']),
      /^h › network mesh: .* with container a on it$/,
    ],
  ])('%s', (_, steps, joined, message) => {
    expect(() => afterLeaving(steps, joined)).toThrow(
      expect.objectContaining({
        code: 'conflict',
        message: matching(message),
        help: matching(/another name/),
      }),
    )
  })
})

it('a network whose addresses a new one takes is refused where containers move over, and says which', () => {
  const steps = [
    network('mesh', 'remove'),
    network('new', 'create', ['h/network/mesh']),
    container('a', ['h/network/new']),
  ]
  expect(() => afterLeaving(steps, on(['a', 'mesh']))).toThrow(
    'h › network new: it takes the addresses of network mesh, which container a can leave only after it',
  )
  expect(shown(afterLeaving(steps, on()))).toEqual(['mesh', 'new ← mesh', 'a ← new'])
})

it('one plan of several keeps that order', () => {
  const made = thing('h', 'a')
  const one = network('mesh', 'remove', ['h/thing/a'])
  const plan = (steps: readonly Step[]) => ({ playbook: 'p', environment: 'e', steps })
  const merged = mergePlans(
    { playbook: 'p', environment: 'e' },
    graphOf([made, thing('x', 'b')], ['h', 'x']),
    [plan([step('x/thing/b')]), plan([step('h/thing/a'), one])],
  )
  expect(shown(merged.steps)).toEqual(['a', 'mesh ← a', 'b'])
})
