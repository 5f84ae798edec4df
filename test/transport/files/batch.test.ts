import { describe, expect, it } from 'vitest'
import type { Action } from '../../../src/core/action.ts'
import type { BuiltImage } from '../../../src/core/build/index.ts'
import { digestOf } from '../../../src/core/digest.ts'
import {
  type Batch,
  batchesOf,
  isExpectedBulk,
  isLinkAsked,
  type FileAction,
  type Write,
} from '../../../src/transport/files/batch.ts'

const rights = { mode: undefined, owner: undefined, group: undefined }
const write = (path: string): FileAction => ({
  ...{ do: 'write', path, content: { from: 'text', text: path } },
  ...{ digest: digestOf(path), size: path.length, ...rights },
})
const remove = (path: string): FileAction => ({ do: 'delete', path })
const many = (count: number, under = '/a'): FileAction[] =>
  Array.from({ length: count }, (_, i) => write(`${under}/${i}`))

describe('actions on files', () => {
  it.each<[string, readonly FileAction[], readonly [number, Batch['after']][]]>([
    ['none', [], []],
    ['few are one batch', [write('/a'), write('/b'), remove('/c')], [[3, 'done']]],
    [
      'more than fit into one go alongside each other',
      many(11_000),
      [
        [5_000, 'done'],
        [5_000, 'sent'],
        [1_000, 'sent'],
      ],
    ],
    [
      'a second content for a path waits',
      [write('/a'), write('/b'), write('/a')],
      [
        [2, 'done'],
        [1, 'done'],
      ],
    ],
    [
      'so does one that is in the batch before the last',
      [...many(6_000), write('/a/7')],
      [
        [5_000, 'done'],
        [1_000, 'sent'],
        [1, 'done'],
      ],
    ],
    [
      'what is made where something was deleted waits',
      [remove('/a'), write('/b'), write('/a/b')],
      [
        [2, 'done'],
        [1, 'done'],
      ],
    ],
    [
      'even if that was in the batch before',
      [remove('/x'), ...many(5_000), write('/x/y')],
      [
        [5_000, 'done'],
        [1, 'sent'],
        [1, 'done'],
      ],
    ],
    ['what is deleted after it was written is in one batch', [write('/a'), remove('/a')], [[2, 'done']]],
  ])('%s', (_, actions, expected) => {
    const numbered = actions.map((action, index) => ({ index, path: action.path, action }))
    const batches = batchesOf(numbered)
    expect(batches.map((batch) => [batch.actions.length, batch.after])).toEqual(expected)
    expect(batches.flatMap((batch) => batch.actions)).toEqual(numbered)
  })
})

const local = (size: number): Write => ({
  ...{ do: 'write', path: '/a', content: { from: 'file', path: '/a' } },
  ...{ digest: digestOf('a'), size, ...rights },
})
const fresh = (size: number): Write => ({ ...local(size), isNew: true })
const built: BuiltImage = {
  ...{ ref: 'app:1', id: 'sha256:1', fingerprint: digestOf('1') },
  ...{ layers: [], made: 'now', changed: [] },
}
const image: Action = { do: 'load-image', image: built }

describe('what is expected to go whole', () => {
  it.each<[string, readonly Action[], { asks: boolean; bulk: boolean }]>([
    ['nothing', [remove('/a')], { asks: false, bulk: false }],
    ['little', [local(262_143)], { asks: false, bulk: false }],
    ['what may pay to be packed', [local(262_144)], { asks: true, bulk: false }],
    ['so much in several', [local(200_000), local(100_000)], { asks: true, bulk: false }],
    ['much in small ones', Array<Action>(10).fill(local(100_000)), { asks: true, bulk: true }],
    ['a middling one', [local(3_999_999)], { asks: true, bulk: true }],
    [
      'a large one, which may differ little from what is there',
      [local(4_000_000)],
      { asks: false, bulk: false },
    ],
    ['a large one where nothing is there', [fresh(4_000_000)], { asks: true, bulk: true }],
    ['an image', [image], { asks: false, bulk: true }],
  ])('%s', (_, actions, { asks, bulk }) => {
    expect(isLinkAsked(actions)).toBe(asks)
    expect(isExpectedBulk(actions)).toBe(bulk)
  })
})
