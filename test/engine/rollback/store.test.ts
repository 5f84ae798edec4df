import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestOf } from '../../../src/core/digest.ts'
import { keptDigest, type KeptState } from '../../../src/core/history/kept.ts'
import { layOut } from '../../../src/engine/rollback/playbook-tree.ts'
import {
  contentPath,
  keepFile,
  loadState,
  removeOtherContent,
  statesIn,
  writeState,
} from '../../../src/engine/rollback/store.ts'
import { temporaryFolder } from '../../support/folder.ts'

const stateWith = (files: KeptState['playbook']['files']): KeptState => ({
  ...{ kept: 1, params: {}, artifacts: {}, images: [] },
  playbook: { root: '', file: 'a/playbook.ts', files },
})

test('content is kept once, for its owner alone, and does not change with what it was copied from', async () => {
  const folder = temporaryFolder({ a: 'one', b: 'one' })
  const [a, b] = ['a', 'b'].map((name) => join(folder, name))
  const both = await Promise.all([a, b].map((path) => keepFile(folder, path ?? '', digestOf('one'))))
  expect(both).toEqual([true, true])
  writeFileSync(join(folder, 'a'), 'two')
  const path = contentPath(folder, digestOf('one'))
  expect(readFileSync(path, 'utf8')).toBe('one')
  expect(readdirSync(join(path, '..'))).toEqual([digestOf('one')])
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
})

test('what is not what it was is not kept', async () => {
  const folder = temporaryFolder({ a: 'two' })
  expect(await keepFile(folder, join(folder, 'a'), digestOf('one'))).toBe(false)
  expect(readdirSync(join(contentPath(folder, digestOf('one')), '..'))).toEqual([])
})

test('what nobody needs any more goes, with what a killed run left half-made', async () => {
  const folder = temporaryFolder({ a: 'one', b: 'two' })
  await keepFile(folder, join(folder, 'a'), digestOf('one'))
  await keepFile(folder, join(folder, 'b'), digestOf('two'))
  const half = `${contentPath(folder, digestOf('one'))}.1.2.new`
  writeFileSync(half, 'o')
  await removeOtherContent(folder, new Set([digestOf('two')]))
  expect(readdirSync(join(half, '..'))).toEqual([])
  expect(readFileSync(contentPath(folder, digestOf('two')), 'utf8')).toBe('two')
})

test('a state is found by its digest, and one that is damaged says so', async () => {
  const folder = temporaryFolder()
  const state = stateWith({})
  const digest = keptDigest(state)
  expect([await statesIn(folder), await loadState(folder, digest)]).toEqual([[], undefined])
  await writeState(folder, digest, state)
  expect(await statesIn(folder)).toEqual([digest])
  expect(await loadState(folder, digest)).toEqual({ state: 'read', kept: state })
  writeFileSync(join(folder, 'kept/states', `${digest}.json`), '{"kept":1')
  expect(await loadState(folder, digest)).toEqual({ state: 'damaged' })
})

test('a playbook is laid out as it was, beside what there is now', async () => {
  const root = temporaryFolder({
    'a/playbook.ts': 'new',
    'a/gone.txt': 'beside',
    'lib/part.ts': 'new part',
    'data/x.txt': 'x',
    'package.json': '{}',
  })
  const [old, part] = [temporaryFolder({ p: 'old' }), temporaryFolder({ p: 'old part' })]
  await keepFile(root, join(old, 'p'), digestOf('old'))
  await keepFile(root, join(part, 'p'), digestOf('old part'))
  const state = stateWith({ 'a/playbook.ts': digestOf('old'), 'lib/part.ts': digestOf('old part') })
  const tree = await layOut(root, root, state)
  const read = (path: string) => readFileSync(join(tree.dir, path), 'utf8')
  expect([read('a/playbook.ts'), read('lib/part.ts')]).toEqual(['old', 'old part'])
  expect([read('a/gone.txt'), read('data/x.txt'), read('package.json')]).toEqual(['beside', 'x', '{}'])
  await tree.remove()
  expect(readFileSync(join(root, 'data/x.txt'), 'utf8')).toBe('x')
  expect(readdirSync(root)).not.toContainEqual(expect.stringMatching(/\.new$/))
})

test('a playbook of which a file is lost is refused by its name', async () => {
  const root = temporaryFolder({ 'a/playbook.ts': 'new' })
  const state = stateWith({ 'a/playbook.ts': digestOf('lost') })
  await expect(layOut(root, root, state)).rejects.toThrow(
    /a\/playbook.ts as it was then is not kept any more/,
  )
})
