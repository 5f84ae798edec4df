import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { openDigestCache } from '../../../src/engine/build/digest-cache.ts'
import { readJson } from '../../../src/engine/build/records.ts'
import { fill, temporaryFolder } from '../../support/folder.ts'

const digestsOf = async (cacheDir: string, ...paths: string[]) => {
  const cache = openDigestCache(cacheDir)
  const facts = await cache.of(paths)
  cache.save()
  return facts.map(({ digest }) => digest)
}

/** Waits until a file counts as settled, so that its digest is kept. */
const settle = () => new Promise((done) => setTimeout(done, 2_100))

test('size, digest and executable bit are those of the file', async () => {
  const folder = temporaryFolder({ a: 'hello', b: { program: '#!/bin/sh' } })
  const facts = await openDigestCache(folder).of([join(folder, 'a'), join(folder, 'b')])
  expect(facts).toEqual([
    { digest: digestOf('hello'), size: 5, executable: false },
    { digest: digestOf('#!/bin/sh'), size: 9, executable: true },
  ])
})

test('tells the content that it read, which is none of what is known or large', async () => {
  const folder = temporaryFolder({ a: 'one', b: 'two', large: 'x'.repeat(100_000) })
  const cacheDir = join(folder, 'cache')
  const read = async (...names: string[]) => {
    const told: string[] = []
    const cache = openDigestCache(cacheDir, (digest, content) => {
      expect(digestOf(content)).toBe(digest)
      told.push(content.toString())
    })
    await cache.of(names.map((name) => join(folder, name)))
    cache.save()
    return told
  }
  await settle()
  expect(await read('a', 'large')).toEqual(['one'])
  expect(await read('a', 'b')).toEqual(['two'])
})

test('a file that cannot be read fails all, also when many others take their turns before', async () => {
  const folder = temporaryFolder(
    Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`${i}`, `${i}`])),
  )
  const paths = [join(folder, 'gone'), ...Array.from({ length: 3_000 }, (_, i) => join(folder, `${i}`))]
  await expect(openDigestCache(join(folder, 'cache')).of(paths)).rejects.toThrow(/gone: it is gone/)
})

test('a digest is kept for a file that has settled, and read anew after every kind of change', async () => {
  const folder = temporaryFolder({ a: 'one' })
  const path = join(folder, 'a')
  const cacheDir = join(folder, 'cache')
  await digestsOf(cacheDir, path)
  expect(readJson(join(cacheDir, 'digests.json'))).toBeUndefined()
  await settle()
  await digestsOf(cacheDir, path)
  expect(readJson(join(cacheDir, 'digests.json'))).toHaveProperty([path, 1], digestOf('one'))
  expect(await digestsOf(cacheDir, path)).toEqual([digestOf('one')])

  // The same size and the same time of change, as a copy that keeps times makes it.
  const { atime, mtime } = { atime: new Date(0), mtime: new Date(0) }
  utimesSync(path, atime, mtime)
  await digestsOf(cacheDir, path)
  writeFileSync(path, 'two')
  utimesSync(path, atime, mtime)
  expect(await digestsOf(cacheDir, path)).toEqual([digestOf('two')])

  fill(folder, { b: 'six' })
  utimesSync(join(folder, 'b'), atime, mtime)
  renameSync(join(folder, 'b'), path)
  expect(await digestsOf(cacheDir, path)).toEqual([digestOf('six')])
})

test('what is kept is used: a cache that lies is believed', async () => {
  const folder = temporaryFolder({ a: 'one', b: 'b' })
  const path = join(folder, 'a')
  const cacheDir = join(folder, 'cache')
  await settle()
  await digestsOf(cacheDir, path, join(folder, 'b'))
  const file = join(cacheDir, 'digests.json')
  const text = JSON.stringify(readJson(file)).replace(digestOf('one'), digestOf('kept'))
  writeFileSync(file, text)
  expect(await digestsOf(cacheDir, path)).toEqual([digestOf('kept')])
})

test('what can no longer be reached is forgotten, whatever stands in the way', async () => {
  const folder = temporaryFolder({ 'd/a': 'one', 'e/a': 'two', b: 'b' })
  const cacheDir = join(folder, 'cache')
  await settle()
  await digestsOf(cacheDir, join(folder, 'd/a'), join(folder, 'e/a'))
  for (const name of ['d', 'e']) rmSync(join(folder, name), { recursive: true })
  fill(folder, { d: 'a file', e: { linkTo: 'e' } })
  await digestsOf(cacheDir, join(folder, 'b'))
  expect(readJson(join(cacheDir, 'digests.json'))).toEqual({
    [join(folder, 'b')]: [expect.any(String), digestOf('b')],
  })
})

test('a broken cache is no cache', async () => {
  const folder = temporaryFolder({ a: 'one', 'cache/digests.json': '{"x":' })
  expect(await digestsOf(join(folder, 'cache'), join(folder, 'a'))).toEqual([digestOf('one')])
})

test('a file that is gone is named', async () => {
  const folder = temporaryFolder({ a: 'one', l: { linkTo: 'nowhere' } })
  rmSync(join(folder, 'a'))
  await expect(digestsOf(folder, join(folder, 'a'))).rejects.toThrow(`${join(folder, 'a')}: it is gone`)
  await expect(digestsOf(folder, join(folder, 'l'))).rejects.toThrow('a link to nothing')
  await expect(digestsOf(folder, folder)).rejects.toThrow('it is not a regular file')
})
