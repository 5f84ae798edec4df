import { expect, it } from 'vitest'
import { isProvisionError } from '../../src/core/error.ts'
import { graphOf } from '../../src/core/graph/index.ts'
import { factsOf, judge, late } from '../support/judge.ts'
import { builtImageOf } from '../support/made.ts'
import { fields, type Field } from '../support/string-fields.ts'

const facts = factsOf(
  [],
  ['tiny', 'own'].map((ref) => builtImageOf(`${ref}:latest`, '1')),
)

/** What is no text, as a playbook may have it that nobody type-checked. */
const values: Readonly<Record<string, unknown>> = {
  null: null,
  number: 5,
  boolean: true,
  record: { a: 1 },
  list: ['a'],
  function: () => 'a',
  reference: late(5),
}

/** Where such a value means something: all else has to be refused. */
const taken: Readonly<Record<string, readonly string[]>> = {
  'container command[]': ['number', 'boolean', 'reference'],
  'container env{}': ['number', 'boolean', 'reference'],
  'container shmSize': ['number'],
  'container tmpfs{}': ['number'],
  'container tmpfs{}.size': ['number'],
  'container sysctls{}': ['number'],
  'container stopTimeout': ['number'],
  'container ready.timeout': ['number'],
  'command timeout': ['number'],
  'playbook params{}.default': ['number'],
}

// A key is a text whatever it is made of, and so are the paths and params that a row puts together.
const asText = /\{key\}$|^the name of a (?:file path|directory path|param )/
const rows = Object.entries(fields).flatMap(([kind, places]) =>
  Object.entries(places)
    .map(([place, field]): [string, Field] => [`${kind} ${place}`, field])
    .filter(([name]) => !asText.test(name)),
)

/** Whether it is refused clearly before anything is done. */
function isRefused({ declare }: Field, value: unknown): boolean {
  try {
    const resource: unknown = Reflect.apply(declare, undefined, [value])
    if (!isOne(resource)) return false
    graphOf([resource], ['app'])
    if (resource.kind === 'container' || resource.builds.length === 0) judge(resource, {}, facts)
    return false
  } catch (error) {
    if (!isProvisionError(error)) throw error
    return ['playbook', 'usage'].includes(error.code) && error.help !== undefined
  }
}

const isOne = (value: unknown): value is NonNullable<ReturnType<Field['declare']>> => value !== undefined

it.each(rows)('%s takes no other values than it is meant to', (name, field) => {
  const those = Object.keys(values).filter((kind) => !isRefused(field, values[kind]))
  expect(those).toEqual(taken[name] ?? [])
})
