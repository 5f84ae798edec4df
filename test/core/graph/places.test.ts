import { expect, it } from 'vitest'
import { type Artifact, type BuiltArtifact, type Folder } from '../../../src/core/build/index.ts'
import { ProvisionError } from '../../../src/core/error.ts'
import type { Facts } from '../../../src/core/facts.ts'
import { graphOf } from '../../../src/core/graph/index.ts'
import type { Host } from '../../../src/core/host.ts'
import type { Resource } from '../../../src/core/resource.ts'
import { makePlan } from '../../../src/engine/plan/make.ts'
import { artifact, directory, file, push, tree } from '../../../src/index.ts'
import { app, builtOf, factsOf, localFile, web } from '../../support/judge.ts'
import { fakeHost } from '../../support/fake-host.ts'

const www: Folder = { kind: 'folder', path: './www', exclude: [] }
const sub: Folder = { kind: 'folder', path: './sub', exclude: [] }
const single: Folder = { kind: 'folder', path: './a.txt', exclude: [] }
const jar = artifact('a.jar', { run: ['make'], inputs: ['**'], output: 'a.jar' })
const made: readonly [Artifact | Folder, BuiltArtifact][] = [
  [www, builtOf('www', [localFile('i.html', 'a'), localFile('css/site.css', 'b')])],
  [sub, builtOf('sub', [localFile('site.css', 'c'), localFile('css', 'd')])],
  [single, builtOf('a.txt', [localFile('', 'a')])],
  [jar, builtOf('a.jar', [localFile('', 'jar')])],
]
const facts: Facts = factsOf(made)

/** What somebody is told who declares these, before a host is asked. */
async function told(listed: readonly Resource[]): Promise<string> {
  const hosts = new Map(['app', 'web'].map((name) => [name, fakeHost(name)]))
  try {
    await makePlan(graphOf(listed, [...hosts.keys()]), hosts, facts, new AbortController().signal)
  } catch (error) {
    if (error instanceof ProvisionError) {
      expect([...hosts.values()].map(({ rounds }) => rounds())).toEqual([0, 0])
      return `${error.code}: ${error.message} (${error.help ?? ''})`
    }
    throw error
  }
  return 'fine'
}

const page = (path: string, host: Host = web) => file(host, path, { content: 'b' })

it.each<[string, readonly Resource[], string]>([
  [
    'a file that a tree has too',
    [tree(web, '/x', { from: './www' }), page('/x/i.html')],
    'web › file /x/i.html: tree /x puts a file there as well',
  ],
  [
    'the same, listed the other way round',
    [page('/x/css/site.css'), tree(web, '/x', { from: './www' })],
    'web › file /x/css/site.css: tree /x puts a file there as well',
  ],
  [
    'a tree in a tree with the same file',
    [tree(web, '/x', { from: './www' }), tree(web, '/x/css', { from: './sub' })],
    'web › tree /x/css: /x/css/site.css: tree /x puts a file there as well',
  ],
  [
    'a directory where a tree has a file',
    [tree(web, '/x', { from: './www' }), directory(web, '/x/i.html')],
    'web › directory /x/i.html: tree /x puts a file there as well',
  ],
  [
    'a file below a file of a tree',
    [tree(web, '/x', { from: './www' }), page('/x/i.html/a')],
    'web › file /x/i.html/a: lies below /x/i.html, where tree /x puts a file',
  ],
  [
    'a file where a tree has a folder',
    [tree(web, '/x', { from: './www' }), page('/x/css')],
    'web › file /x/css: tree /x puts a file below it, at /x/css/site.css',
  ],
  [
    'a file below an artifact that is a file',
    [push(web, jar, { to: '/x' }), page('/x/a')],
    'web › file /x/a: lies below /x, where push /x puts a file',
  ],
  [
    'a tree that is a file here',
    [tree(web, '/x', { from: './a.txt' })],
    'web › tree /x: a.txt is a file here (use file to send a single file)',
  ],
])('%s is refused', async (_, listed, message) => {
  expect(await told(listed)).toContain(`playbook: ${message}`)
})

it.each<[string, readonly Resource[]]>([
  ['a file that a tree does not have', [tree(web, '/x', { from: './www' }), page('/x/j.html')]],
  ['a file that a tree on another host has', [tree(web, '/x', { from: './www' }), page('/x/i.html', app)]],
  ['a file in a folder of a tree', [tree(web, '/x', { from: './www' }), page('/x/css/a.css')]],
  ['a directory that a tree has too', [tree(web, '/x', { from: './www' }), directory(web, '/x/css')]],
  ['a file in a directory', [directory(web, '/x'), page('/x/a')]],
  ['files that begin alike', [page('/x/a'), page('/x/ab'), page('/x/a.b')]],
  ['an artifact that is a file', [push(web, jar, { to: '/x' })]],
])('but %s is fine', async (_, listed) => {
  expect(await told(listed)).toBe('fine')
})

it('a file below a file is refused before anything is built', () => {
  const [outer, inner] = [page('/xf'), page('/xf/sub/i.html')]
  const message = 'web › file /xf/sub/i.html: lies below /xf, where file /xf puts a file'
  expect(() => graphOf([outer, inner], ['web'])).toThrow(message)
  expect(() => graphOf([inner, outer], ['web'])).toThrow(message)
  expect(() => graphOf([outer, directory(web, '/xf/d')], ['web'])).toThrow(
    'web › directory /xf/d: lies below',
  )
})
