import { expect, it } from 'vitest'
import { needsCapsule, type Record } from '../../../src/cli/run/seen.ts'
import type { Failure } from '../../../src/core/event.ts'

type Reach = 'nothing begun' | 'begun' | 'hosts touched'

it.each<[Record, Reach, codes: Failure['code'][], expected: boolean]>([
  ['all', 'begun', ['build'], true],
  ['all', 'hosts touched', ['action'], true],
  ['all', 'hosts touched', ['edited'], true],
  ['all', 'hosts touched', ['usage'], false],
  ['all', 'hosts touched', ['action', 'interrupted'], false],
  ['all', 'nothing begun', ['provider'], false],
  ['all', 'nothing begun', ['bug'], true],
  ['all', 'begun', ['playbook'], false],
  ['all', 'begun', ['playbook', 'host'], true],
  ['all', 'hosts touched', ['playbook'], true],
  ['changes', 'begun', ['build'], false],
  ['changes', 'hosts touched', ['action'], true],
  ['changes', 'hosts touched', ['edited', 'action'], true],
  ['changes', 'hosts touched', ['edited', 'edited'], false],
  ['changes', 'hosts touched', ['interrupted'], false],
  ['changes', 'hosts touched', [], true],
])('a recording of %s, %s, failures %j: a capsule is %s', (record, reach, codes, expected) => {
  const failures = codes.map((code) => ({ code, message: 'x' }))
  const seen = { begun: reach !== 'nothing begun', touched: reach === 'hosts touched', failures }
  expect(needsCapsule(record, seen)).toBe(expected)
})
