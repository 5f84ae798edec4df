import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { expect, it, test, vi } from 'vitest'
import { keepCompiled, readCompiled, type CompiledFiles } from '../../../src/cli/boot/compiled.ts'
import { temporaryFolder } from '../../support/folder.ts'

const files: CompiledFiles = new Map([
  ['a.js', { stamp: '1 2 3', code: Buffer.from([0, 1, 255]) }],
  ['b.js', { stamp: '4 5 6', code: Buffer.alloc(0) }],
])

it('gives back what was kept, in one file', () => {
  const dir = temporaryFolder()
  const path = join(dir, 'x.code')
  keepCompiled(path, () => files)
  keepCompiled(path, () => files)
  expect(readCompiled(path)).toEqual(files)
  expect(readdirSync(dir)).toEqual(['x.code'])
})

test.each<[string, (kept: Buffer) => Buffer]>([
  ['that is cut off', (kept) => kept.subarray(0, -1)],
  ['of which a bit has changed', (kept) => Buffer.from(kept.map((byte, i) => (i === 60 ? byte ^ 1 : byte)))],
  ['that is empty', () => Buffer.alloc(0)],
  ['without its sum', (kept) => kept.subarray(32)],
])('a file %s is as none', (_, damage) => {
  const path = join(temporaryFolder(), 'x.code')
  keepCompiled(path, () => files)
  writeFileSync(path, damage(readFileSync(path)))
  expect(readCompiled(path)).toEqual(new Map())
})

test.each<[string, unknown]>([
  ['no files', 'text'],
  [
    'others',
    new Map<unknown, unknown>([
      [1, files.get('a.js')],
      ['a.js', null],
      ['b.js', { stamp: 1, code: '' }],
    ]),
  ],
])('of a file that holds %s nothing is taken', (_, held) => {
  const path = join(temporaryFolder(), 'x.code')
  Reflect.apply(keepCompiled, undefined, [path, () => held])
  expect(readFileSync(path).subarray(32)).toEqual(serialize(held))
  expect(readCompiled(path)).toEqual(new Map())
})

it('keeps nothing, asks for nothing and says nothing where no file can be made', () => {
  const dir = join(temporaryFolder(), 'gone')
  const asked = vi.fn(() => files)
  keepCompiled(join(dir, 'x.code'), asked)
  expect(asked).not.toHaveBeenCalled()
  expect(readCompiled(join(dir, 'x.code'))).toEqual(new Map())
})
