import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/core/digest.ts'
import { layoutOf } from '../../src/transport/commit-layout.ts'
import type { Numbered, Write } from '../../src/transport/file-batch.ts'

const written = (path: string, size: number, index: number): Numbered<Write> => {
  const rights = { mode: undefined, owner: undefined, group: undefined }
  const content = { from: 'file', path: '/here' } as const
  return { index, path, action: { do: 'write', path, content, digest: digestOf(path), size, ...rights } }
}

const laidOut = (sizes: Readonly<Record<string, number>>) =>
  layoutOf(Object.entries(sizes).map(([path, size], index) => written(path, size, index)))

// Where all is staged that arrives: the first folder that can be written to.
describe('the folders of a layout come in an order in which', () => {
  it.each<[string, Record<string, number>, readonly string[]]>([
    [
      'most bytes come first',
      { '/run/env': 10, '/var/www/a': 900, '/srv/b': 100 },
      ['/var/www', '/srv', '/run'],
    ],
    ['the bytes of a folder count together', { '/run/env': 10, '/srv/a': 6, '/srv/b': 6 }, ['/srv', '/run']],
    [
      'a tree of many folders counts together',
      { '/run/env': 50, ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`/var/www/${i}/x`, 20])) },
      [...Array.from({ length: 9 }, (_, i) => `/var/www/${i}`), '/run'],
    ],
    [
      'a folder goes before those within it only where it has more by itself',
      { '/a/x': 5, '/a/b/x': 10, '/a/c/x': 1 },
      ['/a/b', '/a', '/a/c'],
    ],
    ['the root folder is one like others', { '/x': 5, '/srv/a': 6 }, ['/srv', '/']],
    ['equal ones stay as they were', { '/b/x': 0, '/a/x': 0 }, ['/b', '/a']],
  ])('%s', (_, sizes, folders) => {
    expect(laidOut(sizes).folders).toEqual(folders)
  })

  it('each file has its folder’s number, and stays in its place', () => {
    const { folders, files } = laidOut({ '/run/env': 1, '/var/www/a': 9, '/run/other': 1 })
    expect(files.map(({ target }) => target)).toEqual(['/run/env', '/var/www/a', '/run/other'])
    expect(files.map(({ key }) => key)).toEqual(['d1/env', 'd0/a', 'd1/other'])
    for (const { target, key } of files) expect(folders[Number(key[1])]).toBe(posix.dirname(target))
  })
})
