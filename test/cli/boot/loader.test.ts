import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { CompiledFiles } from '../../../src/cli/boot/compiled.ts'
import { bundleLoader, type Loader } from '../../../src/cli/boot/loader.ts'
import { temporaryFolder } from '../../support/folder.ts'

const none: CompiledFiles = new Map()

it('loads files of the bundle once, packages as Node.js does, and gives each its place', () => {
  const dir = temporaryFolder({
    'start.js': `
      exports.same = require('./part.js') === require('./part.js')
      exports.words = [require('./part.js').word, require('node:path').basename(__filename), __dirname]
      exports.found = require.resolve('node:fs')`,
    'part.js': `exports.word = 'part'`,
  })
  const words = ['part', 'start.js', dir]
  expect(bundleLoader(dir, none).load('start.js')).toEqual({ same: true, words, found: 'node:fs' })
})

it('loads files that need each other, and what exports something else than an object', () => {
  const dir = temporaryFolder({
    'a.js': `exports.early = 1; exports.b = require('./b.js')()`,
    'b.js': `const a = require('./a.js'); module.exports = () => a.early`,
  })
  expect(bundleLoader(dir, none).load('a.js')).toEqual({ early: 1, b: 1 })
})

it('gives files an import() of Node.js', async () => {
  const dir = temporaryFolder({ 'a.js': `exports.loading = importModule('node:path')` })
  const loaded = bundleLoader(dir, none).load('a.js')
  await expect(Reflect.get(Object(loaded), 'loading')).resolves.toHaveProperty('sep', '/')
})

it('names the file and the line of what fails, as it does when Node.js loads it', () => {
  const dir = temporaryFolder({ 'a.js': `\n  throw new Error('no')` })
  const failure = (): unknown => {
    try {
      return bundleLoader(dir, none).load('a.js')
    } catch (error) {
      return error
    }
  }
  expect(failure()).toHaveProperty('stack', expect.stringContaining(`${dir}/a.js:2:9`))
})

it('loads what failed once more when it is asked for again', () => {
  const dir = temporaryFolder({
    'a.js': `exports.part = require('./b.js').word`,
    'b.js': `exports.word = require('node:fs').readFileSync(__dirname + '/word', 'utf8')`,
  })
  const loader = bundleLoader(dir, none)
  expect(() => loader.load('a.js')).toThrow('ENOENT')
  writeFileSync(join(dir, 'word'), 'part')
  expect(loader.load('a.js')).toEqual({ part: 'part' })
})

it('has news until all that it loads was compiled before, and keeps what it did not need', () => {
  const dir = temporaryFolder({ 'a.js': `exports.f = () => 1`, 'b.js': `exports.g = () => 2` })
  const loading = (before: CompiledFiles, ...names: readonly string[]): Loader => {
    const loader = bundleLoader(dir, before)
    for (const name of names) loader.load(name)
    return loader
  }
  const first = loading(none, 'a.js')
  expect([first.hasNews(), ...first.compiled().keys()]).toEqual([true, 'a.js'])
  expect(loading(first.compiled(), 'a.js').hasNews()).toBe(false)
  const second = loading(first.compiled(), 'b.js')
  expect([second.hasNews(), ...second.compiled().keys()]).toEqual([true, 'a.js', 'b.js'])
  expect(loading(second.compiled(), 'a.js', 'b.js').hasNews()).toBe(false)
})

it('does not take what was compiled of other content of the same length', () => {
  const dir = temporaryFolder({ 'a.js': `exports.is = 'old'` })
  const path = join(dir, 'a.js')
  const before = bundleLoader(dir, none)
  before.load('a.js')
  const { mtime } = statSync(path)
  writeFileSync(path, `exports.is = 'new'`)
  utimesSync(path, mtime, new Date(mtime.getTime() + 1))
  expect(bundleLoader(dir, before.compiled()).load('a.js')).toEqual({ is: 'new' })
})

it('compiles anew what V8 does not take', () => {
  const dir = temporaryFolder({ 'other.js': `exports.is = 'another text'`, 'a.js': `exports.is = 1` })
  const other = bundleLoader(dir, none)
  other.load('other.js')
  const { size, mtimeMs, ino } = statSync(join(dir, 'a.js'))
  const stamp = [size, mtimeMs, ino].join(' ')
  const code = other.compiled().get('other.js')?.code ?? Buffer.alloc(0)
  const loader = bundleLoader(dir, new Map([['a.js', { stamp, code }]]))
  expect(loader.load('a.js')).toEqual({ is: 1 })
  expect(loader.hasNews()).toBe(true)
})
