import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { packedIn, removeOtherPacks, unpack, writePack } from '../../../src/engine/rollback/pack.ts'
import { contentPath } from '../../../src/engine/rollback/store.ts'
import { temporaryFolder } from '../../support/folder.ts'

const contentOf = (text: string) => ({ digest: digestOf(text), bytes: Buffer.from(text) })
const texts = ['one', '', 'three\0\n', 'ünf']
const digests = texts.map((text) => digestOf(text))

const packs = (folder: string) =>
  readdirSync(join(folder, 'kept/packs')).map((name) => join(folder, 'kept/packs', name))

test('many contents are one file, for its owner alone, and each comes out as it was', async () => {
  const folder = temporaryFolder()
  expect(await writePack(folder, texts.map(contentOf))).toBe(true)
  expect(packs(folder).map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
  expect([...(await packedIn(folder)).keys()]).toEqual(digests)
  await unpack(folder, [...digests, digestOf('never kept')])
  expect(digests.map((digest) => readFileSync(contentPath(folder, digest), 'utf8'))).toEqual(texts)
  expect(existsSync(contentPath(folder, digestOf('never kept')))).toBe(false)
})

test('when one is not what it was, nothing is kept', async () => {
  const folder = temporaryFolder()
  expect(await writePack(folder, [contentOf('one'), undefined])).toBe(false)
  expect(packs(folder)).toEqual([])
})

test('what fails on the way leaves nothing behind', async () => {
  const folder = temporaryFolder()
  function* failing() {
    yield contentOf('one')
    throw new Error('no space left')
  }
  await expect(writePack(folder, failing())).rejects.toThrow('no space left')
  expect(packs(folder)).toEqual([])
})

test.each([
  ['its content', (path: string) => !path.endsWith('.json'), 'ONE'],
  ['its index', (path: string) => path.endsWith('.json'), '{"sizes":[["'],
  [
    'its index, with other sizes',
    (path: string) => path.endsWith('.json'),
    JSON.stringify({ sizes: [[digestOf('one'), 9]] }),
  ],
])('what is damaged does not come out: %s', async (_, isIt, text) => {
  const folder = temporaryFolder()
  await writePack(folder, [contentOf('one')])
  writeFileSync(packs(folder).find(isIt) ?? '', text)
  await unpack(folder, [digestOf('one')])
  expect(existsSync(contentPath(folder, digestOf('one')))).toBe(false)
})

test('a pack stays while something of it is needed; what a killed run left half-made goes', async () => {
  const folder = temporaryFolder()
  await writePack(folder, ['a', 'b'].map(contentOf))
  await writePack(folder, ['c', 'd'].map(contentOf))
  writeFileSync(join(folder, 'kept/packs/pack.1.2.new'), 'half')
  writeFileSync(join(folder, 'kept/packs/without-index'), 'half')
  await removeOtherPacks(folder, new Set([digestOf('b')]))
  expect([...(await packedIn(folder)).keys()]).toEqual([digestOf('a'), digestOf('b')])
  expect(packs(folder)).toHaveLength(2)
  await removeOtherPacks(folder, new Set())
  expect(packs(folder)).toEqual([])
})
