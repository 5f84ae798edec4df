import { describe, expect, it } from 'vitest'
import { boxOfLabels, labelsOfBox } from '../../src/boxes/labels.ts'

const box = {
  name: 'coreos',
  digest: 'd1',
  user: 'core',
  store: 'provision-box-coreos-d1',
  images: ['a:latest', 'b:1'],
  size: 12,
}

describe('the labels of a box', () => {
  it('say all that is known of it', () => {
    expect(boxOfLabels(labelsOfBox(box))).toEqual(box)
  })

  it.each(
    Object.keys(labelsOfBox(box)).filter((key) => !['provision.version', 'provision.box.size'].includes(key)),
  )('are of no box without %s', (missing) => {
    const some = Object.fromEntries(Object.entries(labelsOfBox(box)).filter(([key]) => key !== missing))
    expect(boxOfLabels(some)).toBeUndefined()
  })

  it('are of no box when there are none', () => {
    expect([boxOfLabels(undefined), boxOfLabels(null), boxOfLabels({})]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})
