import { expect, it } from 'vitest'
import type { Step } from '../../../src/core/plan.ts'
import { withRechecks } from '../../../src/engine/plan/rechecks.ts'
import { step } from '../../support/resource.ts'

const actions = [
  { do: 'run', argv: ['make'], cwd: undefined, env: {}, timeout: 1, unless: ['look'] },
] as const
const recheck = { changes: [{ field: 'unless', from: 'exit code 0', to: 'asked again' }], actions }

const fine = (id: string, ...needs: readonly string[]): Step => step(id, { operation: 'none', needs })
const judged = (one: Step) => ({
  ...{ step: one, takes: [], frees: [] },
  recheck: one.kind === 'command' && one.operation === 'none' ? recheck : undefined,
})

it.each<[string, readonly Step[], Readonly<Record<string, string>>]>([
  ['nothing changes', [fine('a/file/f'), fine('a/command/c', 'a/file/f')], {}],
  ['what changes is not needed', [step('a/file/f'), fine('a/command/c')], {}],
  [
    'something that it needs changes, on another host as well',
    [step('b/file/f'), fine('a/command/c', 'b/file/f')],
    { 'a/command/c': 'b › file f' },
  ],
  [
    'it changes by way of what does not',
    [step('a/tree/t'), fine('a/container/w', 'a/tree/t'), fine('a/command/c', 'a/container/w')],
    { 'a/command/c': 'a › tree t' },
  ],
  [
    'several change',
    [step('a/file/f'), step('a/file/g'), fine('a/command/c', 'a/file/f', 'a/file/g')],
    { 'a/command/c': 'a › file f and 1 more' },
  ],
  [
    'another that is asked again may',
    [step('a/file/f'), fine('a/command/c', 'a/file/f'), fine('a/command/d', 'a/command/c')],
    { 'a/command/c': 'a › file f', 'a/command/d': 'a › command c' },
  ],
])(
  'a command that need not run is asked again where something that it needs changes: %s',
  (_, steps, expected) => {
    const found = withRechecks(steps.map(judged)).map((one) => one.step)
    const asked = found.filter(({ operation }) => operation === 'ask')
    expect(Object.fromEntries(asked.map(({ id, changes }) => [id, changes[0]?.because?.join()]))).toEqual(
      expected,
    )
    for (const one of asked) expect(one.actions).toEqual(actions)
    expect(found.map(({ id }) => id)).toEqual(steps.map(({ id }) => id))
  },
)
