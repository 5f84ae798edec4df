import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { openDigestCache } from '../../../src/engine/build/digest-cache.ts'
import { readFolder } from '../../../src/engine/build/folder.ts'
import { awkward, fill, temporaryFolder } from '../../support/folder.ts'

const read = (root: string, path = '.', exclude: string[] = []) =>
  readFolder({ kind: 'folder', path, exclude }, root, openDigestCache(join(root, '../cache')))

test.each<[string, string[], string[]]>([
  ['all', [], ['a/b.css', 'a/b.css.map', 'a/c/d', 'index.html']],
  ['without a kind of file', ['**/*.map'], ['a/b.css', 'a/c/d', 'index.html']],
  ['without a folder', ['a/c'], ['a/b.css', 'a/b.css.map', 'index.html']],
  ['without a folder by what is in it', ['a/**'], ['index.html']],
])('a local folder: %s', async (_, exclude, expected) => {
  const root = temporaryFolder({ 'index.html': '', 'a/b.css': '', 'a/b.css.map': '', 'a/c/d': '' })
  expect((await read(root, '.', exclude)).files.map(({ path }) => path)).toEqual(expected)
})

test('a single file is known by its content', async () => {
  const root = temporaryFolder({ 'site/x': 'hello' })
  expect(await read(root, 'site/x')).toEqual({
    name: 'x',
    type: 'file',
    digest: digestOf('hello'),
    files: [
      { path: '', source: join(root, 'site/x'), digest: digestOf('hello'), size: 5, executable: false },
    ],
    made: 'before',
    changed: [],
  })
})

test('awkward names, and links to files and folders', async () => {
  const root = temporaryFolder({
    [`${awkward}/${awkward}`]: 'x',
    'to-file': { linkTo: awkward + '/' + awkward },
    'to-folder': { linkTo: awkward },
  })
  const { files } = await read(root)
  expect(files.map(({ path }) => path).sort()).toEqual(
    [`${awkward}/${awkward}`, 'to-file', `to-folder/${awkward}`].sort(),
  )
  expect(new Set(files.map(({ digest }) => digest))).toEqual(new Set([digestOf('x')]))
})

test('the digest is of paths, content and executable bits, wherever the folder lies', async () => {
  const things = { a: '1', 'b/c': '2' }
  const [one, two] = [temporaryFolder(things), temporaryFolder(things)]
  const { digest } = await read(one)
  expect((await read(two)).digest).toBe(digest)
  chmodSync(join(two, 'a'), 0o755)
  const executable = (await read(two)).digest
  fill(one, { d: '' })
  expect(new Set([digest, executable, (await read(one)).digest]).size).toBe(3)
})

test('the mark that Emacs puts beside a file which is being edited is no file', async () => {
  const root = temporaryFolder({ 'index.html': '', '.#index.html': { linkTo: 'user@host.4711:1700000000' } })
  expect((await read(root)).files.map(({ path }) => path)).toEqual(['index.html'])
})

test('an empty folder is one', async () => {
  expect(await read(temporaryFolder())).toMatchObject({ type: 'folder', files: [] })
})

test.each<[string, Record<string, string | { linkTo: string }>, string, string]>([
  ['one that is not there', {}, 'nowhere', 'there is no such file or folder'],
  ['a link to a folder that it is in', { 'a/up': { linkTo: '..' } }, '.', 'a link to a folder that it is in'],
  ...Object.entries({
    'a name that nobody has': 'nowhere',
    'a way through a file': 'f/x',
    itself: 'l',
    'a name that no file can have': 'x'.repeat(300),
  }).map(([to, linkTo]): [string, Record<string, string | { linkTo: string }>, string, string] => [
    `a link to nothing: ${to}`,
    { f: '', l: { linkTo } },
    '.',
    'it is gone, or a link to nothing',
  ]),
])('refused: %s', async (_, things, path, message) => {
  await expect(read(temporaryFolder(things), path)).rejects.toThrow(message)
})

test('refused: a name that is not UTF-8', async () => {
  const root = temporaryFolder()
  writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff])]), '')
  await expect(read(root)).rejects.toThrow(/bad\uFFFD: its name is not UTF-8$/)
})
