import { describe, expect, it } from 'vitest'
import { boxDigest, type BoxInputs } from '../../src/boxes/digest.ts'

const inputs = (over: Partial<BoxInputs> = {}): BoxInputs => ({
  box: { name: 'coreos', user: 'core' },
  system: 'aa',
  images: new Map([
    ['jre:latest', 'bb'],
    ['nginx:latest', 'cc'],
  ]),
  architecture: 'x86_64',
  ...over,
})

describe('the content address of a box', () => {
  it('does not depend on the order of its images', () => {
    const images = new Map([...inputs().images].reverse())
    expect(boxDigest(inputs({ images }))).toBe(boxDigest(inputs()))
  })

  it.each([
    ['its name', { box: { name: 'other', user: 'core' } }],
    ['its user', { box: { name: 'coreos', user: 'root' } }],
    ['its system', { system: 'ab' }],
    ['the architecture', { architecture: 'aarch64' }],
    ['an image', { images: new Map([...inputs().images, ['jre:latest', 'b2']]) }],
    ['an image more', { images: new Map([...inputs().images, ['redis:latest', 'dd']]) }],
    ['no image', { images: new Map() }],
  ] as const)('changes with %s', (_, over) => {
    expect(boxDigest(inputs(over))).not.toBe(boxDigest(inputs()))
  })
})
