import { describe, expect, it } from 'vitest'
import { isMaking, namesOf } from '../../../src/providers/docker/names.ts'

describe('names of an environment', () => {
  const names = namesOf('default', '/home/ann/shop')

  it('hold the environment and tell clones apart', () => {
    expect(names.node('web')).toMatch(/^default-[0-9a-f]{6}-web$/)
    expect(namesOf('default', '/home/ann/shop2').id).not.toBe(names.id)
    expect(namesOf('other', '/home/ann/shop').id).not.toBe(names.id)
    expect(namesOf('default', '/home/ann/shop').id).toBe(names.id)
  })

  it('tell a node that is not ready from one that is', () => {
    expect([isMaking(names.making('web')), isMaking(names.node('web'))]).toEqual([true, false])
  })

  it('filter by labels that all objects of the environment have', () => {
    const all = Object.entries(names.labels).map(([key, value]) => `${key}=${value}`)
    expect(names.filter.label.length).toBeGreaterThan(1)
    expect(all).toEqual(expect.arrayContaining(names.filter.label))
  })

  it.each(['', 'A', '-a', 'a b', 'a.b', 'ü', 'a/b', 'x'.repeat(41)])(
    'cannot be made of %j',
    (environment) => {
      expect(() => namesOf(environment, '/p')).toThrow(expect.objectContaining({ code: 'usage' }))
    },
  )
})
