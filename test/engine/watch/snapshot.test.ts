import { describe, expect, it } from 'vitest'
import {
  differences,
  extended,
  hasHalves,
  isFresh,
  type Part,
  type Snapshot,
} from '../../../src/engine/watch/snapshot.ts'

/** Of parts `id: path=stamp path=stamp` or `id: !reason`, one a line. */
const look = (text: string): Snapshot =>
  new Map(
    text.split('\n').map((line): [string, Part] => {
      const [id = '', content = ''] = line.trim().split(': ')
      if (content.startsWith('!')) return [id, { unreadable: content }]
      const pairs = content.split(' ').filter((pair) => pair !== '')
      return [id, { stamps: new Map(pairs.map((pair) => [pair.slice(0, 1), pair.slice(2)])) }]
    }),
  )

describe('looks that are extended', () => {
  it.each<[title: string, before: string, now: string, expected: string]>([
    ['keep the stamps of before', 'x: a=1 b=1', 'x: a=2 b=1', 'x: a=1 b=1'],
    ['take in what is new', 'x: a=1', 'x: a=1 b=2', 'x: a=1 b=2'],
    ['take in what is read by another build', 'x: a=1', 'x: a=2\ny: a=2', 'x: a=1\ny: a=2'],
    ['leave out what is read no more', 'x: a=1 b=1\ny: c=1', 'x: b=2', 'x: b=1'],
    ['keep what could not be read', 'x: !why', 'x: a=1', 'x: !why'],
  ])('%s', (_, before, now, expected) => {
    expect(extended(look(before), look(now))).toEqual(look(expected))
  })
})

describe('between looks', () => {
  it.each<[title: string, before: string, now: string, expected: readonly string[]]>([
    ['nothing differs', 'x: a=1 b=1', 'x: a=1 b=1', []],
    ['files differ, each named once', 'x: a=1 b=1\ny: a=1', 'x: a=2 c=1\ny: a=2', ['a', 'b', 'c']],
    [
      'a file differs for the build alone that has read it earlier',
      'x: a=1\ny: a=2',
      'x: a=2\ny: a=2',
      ['a'],
    ],
    ['a part becomes unreadable, and no file of it is named', 'x: a=1 b=1', 'x: !why', ['x']],
    ['it can be read again', 'x: !why', 'x: a=1 b=1', ['x']],
    ['it is unreadable for another reason', 'x: !why', 'x: !how', ['x']],
    ['it stays so', 'x: !why', 'x: !why', []],
  ])('%s', (_, before, now, expected) => {
    expect(differences(look(before), look(now))).toEqual(expected)
  })

  it.each<[title: string, before: string, now: string, expected: boolean]>([
    ['a file that is empty now', 'x: a=5-1', 'x: a=0-2', true],
    ['a file that is gone', 'x: a=5-1 b=5-1', 'x: a=5-1', true],
    ['a single one that is gone', 'x: a=5-1', 'x: a=gone', true],
    ['a file that was written', 'x: a=5-1', 'x: a=6-1', false],
    ['one that was empty before', 'x: a=0-1', 'x: a=0-2', false],
    ['a new one that is empty', 'x: a=5-1', 'x: a=5-1 b=0-1', false],
    ['a folder that is gone', 'x: a=folder', 'x: ', false],
  ])('a save may be half done: %s', (_, before, now, expected) => {
    const spaced = (text: string): Snapshot => {
      const parts = [...look(text)].map(([id, part]): [string, Part] => [
        id,
        'stamps' in part
          ? { stamps: new Map([...part.stamps].map(([path, stamp]) => [path, stamp.replace('-', ' ')])) }
          : part,
      ])
      return new Map(parts)
    }
    expect(hasHalves(spaced(before), spaced(now))).toBe(expected)
  })
})

it('a look is fresh while one of its files is', () => {
  const at = (stamp: string): Snapshot => new Map([['x', { stamps: new Map([['a', stamp]]) }]])
  expect([at('5 1'), at('5 1\nat 7')].map(isFresh)).toEqual([false, true])
})
