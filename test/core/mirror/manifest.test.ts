import { describe, expect, it } from 'vitest'
import { manifestPath, readManifest, writeManifest } from '../../../src/core/mirror/manifest.ts'

const scope = { playbook: 'shop', environment: 'shop-docker' }

describe('the note of what a tree put on a host', () => {
  it.each([
    ['nothing', undefined],
    ['no JSON', '{'],
    ['other JSON', '[]'],
    ['a way out', '{"files":["../../etc/passwd"],"folders":[]}'],
    ['the root', '{"files":["/etc/passwd"],"folders":[]}'],
    ['the folder itself', '{"files":[],"folders":["."]}'],
    ['something that is no path', '{"files":[1],"folders":[]}'],
  ])('with %s in it deletes nothing', (_, content) => {
    expect(readManifest(content)).toBeUndefined()
  })

  it('says again what was written', () => {
    const one = { files: ['a', 'b/c'], folders: ['b'] }
    expect(readManifest(writeManifest(one))).toEqual(one)
  })

  it('has a place of its own for every environment', () => {
    const places = ['a', 'b'].flatMap((environment) =>
      ['x', 'y'].map((id) => manifestPath({ ...scope, environment }, id)),
    )
    expect(new Set(places).size).toBe(4)
  })
})
