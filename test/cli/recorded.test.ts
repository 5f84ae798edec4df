import { expect, it } from 'vitest'
import { needsCapsule, type Record } from '../../src/cli/recorded.ts'
import type { Failure } from '../../src/core/event.ts'

it.each<[Record, touched: boolean, codes: Failure['code'][], expected: boolean]>([
  ['all', false, ['build'], true],
  ['all', true, ['action'], true],
  ['all', true, ['edited'], true],
  ['all', true, ['usage'], false],
  ['all', true, ['action', 'interrupted'], false],
  ['changes', false, ['build'], false],
  ['changes', true, ['action'], true],
  ['changes', true, ['edited', 'action'], true],
  ['changes', true, ['edited', 'edited'], false],
  ['changes', true, ['interrupted'], false],
  ['changes', true, [], true],
])(
  'a recording of %s, hosts touched: %s, failures %j: a capsule is %s',
  (record, touched, codes, expected) => {
    const failures = codes.map((code) => ({ code, message: 'x' }))
    expect(needsCapsule(record, { touched, failures })).toBe(expected)
  },
)
