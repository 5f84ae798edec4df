import { describe, expect, it } from 'vitest'
import { unusedBoxes, type UsedBox } from '../../src/boxes/usage.ts'

const box = (name: string, digest: string, ...nodes: string[]): UsedBox => ({
  name,
  digest,
  nodes,
  user: 'core',
  image: `sha256:${digest}`,
  store: digest,
  images: [],
  size: 0,
  ref: `${name}:${digest}`,
  created: 0,
  systemSize: 0,
  system: undefined,
})

describe('boxes that nobody needs', () => {
  it.each([
    ['none of none', [], []],
    ['not the newest of a name', [box('a', '1'), box('b', '2')], []],
    ['older ones', [box('a', '3'), box('a', '2'), box('b', '9'), box('a', '1')], ['2', '1']],
    ['none that nodes use', [box('a', '3'), box('a', '2', 'default-x-web'), box('a', '1')], ['1']],
  ])('are %s', (_, boxes, expected) => {
    expect(unusedBoxes(boxes).map(({ digest }) => digest)).toEqual(expected)
  })
})
