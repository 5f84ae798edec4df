import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import type { ImageBuild } from '../../../src/core/build/index.ts'
import { packContext, readContext } from '../../../src/engine/build/context.ts'
import { openDigestCache } from '../../../src/engine/build/digest-cache.ts'
import { awkward, temporaryFolder } from '../../support/folder.ts'

const build = (over: Partial<ImageBuild> = {}): ImageBuild => ({
  context: '.',
  dockerfile: 'Dockerfile',
  args: {},
  target: undefined,
  needs: [],
  ...over,
})

const read = (root: string, over: Partial<ImageBuild> = {}) =>
  readContext(build(over), root, openDigestCache(`${root}/../cache`))

test.each<[string, string, string[]]>([
  ['nothing', '', ['.dockerignore', '.git', '.git/x', 'Dockerfile', 'a', 'a/b', 'a/c']],
  ['folders and files', '.git\na/b', ['.dockerignore', 'Dockerfile', 'a', 'a/c']],
  ['all but an exception', '*\n!a/b', ['.dockerignore', 'Dockerfile', 'a/b']],
  ['even the Dockerfile', '*', ['.dockerignore', 'Dockerfile']],
])('.dockerignore keeps out: %s', async (_, ignore, expected) => {
  const root = temporaryFolder({
    Dockerfile: 'FROM a',
    '.dockerignore': ignore,
    '.git/x': '',
    'a/b': '',
    'a/c': '',
  })
  expect((await read(root)).entries.map(({ path }) => path)).toEqual(expected)
})

test('a .dockerignore that is wrong is named', async () => {
  const root = temporaryFolder({ Dockerfile: 'FROM a', '.dockerignore': 'a\n[z-a]' })
  await expect(read(root)).rejects.toThrow(`${root}/.dockerignore:2: [z-a] is not a pattern`)
})

test('a Dockerfile outside of the context is sent along', async () => {
  const root = temporaryFolder({ Dockerfile: 'FROM a', 'ctx/x': '' })
  const { entries, dockerfile } = await read(root, { context: 'ctx', dockerfile: '../Dockerfile' })
  expect(entries.map(({ path }) => path)).toEqual(['.provision.Dockerfile', 'x'])
  expect(dockerfile).toBe('.provision.Dockerfile')
})

test('what is packed: content, links and executable bits, whatever the names', async () => {
  const long = 'long/'.repeat(40) + 'name'
  const root = temporaryFolder({
    Dockerfile: 'FROM a',
    [awkward]: 'awkward',
    [long]: 'long',
    run: { program: 'x' },
    link: { linkTo: 'run' },
  })
  const tar = extract()
  ;(await packContext('image x', await read(root))).pipe(tar)
  const found = new Map<string, unknown>()
  for await (const entry of tar) {
    const { name, type, mode, linkname } = entry.header
    const content = await text(entry)
    if (type !== 'directory') found.set(name, type === 'symlink' ? linkname : [content, mode.toString(8)])
  }
  expect(Object.fromEntries(found)).toEqual({
    Dockerfile: ['FROM a', '644'],
    [awkward]: ['awkward', '644'],
    [long]: ['long', '644'],
    run: ['x', '755'],
    link: 'run',
  })
})

test.each<[string, string, string]>([
  ['as it says', '2001-02-03T04:05:06.700Z', '2001-02-03T04:05:06.000Z'],
  ['from before what a tar can tell', '1960-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
  ['from after that', '2100-01-01T00:00:00.000Z', '2038-01-19T03:14:07.000Z'],
])('a file is packed with the time at which it was written: %s', async (_, written, expected) => {
  const root = temporaryFolder({ Dockerfile: 'FROM a', 'www/page': 'x' })
  utimesSync(`${root}/www/page`, new Date(), new Date(written))
  const tar = extract()
  ;(await packContext('image x', await read(root))).pipe(tar)
  const times = new Map<string, string>()
  for await (const entry of tar) {
    times.set(entry.header.name, entry.header.mtime.toISOString())
    entry.resume()
  }
  expect(times.get('www/page')).toBe(expected)
})

test.each<[string, (path: string) => void]>([
  ['has as many bytes as before', (path) => writeFileSync(path, 'FROM b')],
  ['has grown', (path) => writeFileSync(path, 'FROM another')],
  ['has shrunk', (path) => writeFileSync(path, 'FROM')],
  ['is gone', (path) => rmSync(path)],
])('a file that was saved since it was summed up is not packed: it %s', async (_, save) => {
  const root = temporaryFolder({ Dockerfile: 'FROM a' })
  const context = await read(root)
  save(`${root}/Dockerfile`)
  await expect(text(await packContext('image x', context))).rejects.toMatchObject({
    code: 'edited',
    message: `image x: ${root}/Dockerfile has changed since it was summed up, so nothing was built from it`,
  })
})
