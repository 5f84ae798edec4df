import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bash } from './bash.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provision-scripts-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Files by their age in minutes. */
const lay = (files: Readonly<Record<string, number>>) => {
  for (const [path, age] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, '')
    const time = Date.now() / 1000 - age * 60
    utimesSync(file, time, time)
  }
  // A folder is as new as its last entry; here only the files' ages are meant to count.
  for (const path of ['src', 'src/a'])
    if (existsSync(join(folder, path))) utimesSync(join(folder, path), 0, 0)
}

const answer = async (call: string) => {
  const source = 'scripts/lib/setup.sh'
  const { stdout } = await bash({
    source,
    cwd: folder,
    script: `if ${call}; then echo yes; else echo no; fi`,
  })
  return stdout.trim()
}

test.each([
  ['no node_modules', { 'package-lock.json': 5 }, 'yes'],
  ['older than the lock file', { 'package-lock.json': 5, 'node_modules/.package-lock.json': 9 }, 'yes'],
  ['newer than the lock file', { 'package-lock.json': 5, 'node_modules/.package-lock.json': 1 }, 'no'],
])('packages missing: %s', async (_title, files, expected) => {
  lay(files)
  expect(await answer('packages_missing')).toBe(expected)
})

const settings = { 'package.json': 5, 'tsconfig.json': 5, 'tsconfig.build.json': 5 }
const sources = { 'src/a/b.ts': 5, 'scripts/bundle.mjs': 5, ...settings }
test('build missing: a source deleted since', async () => {
  lay({ ...sources, 'src/a/gone.ts': 5, 'dist/cli/bin.js': 9, 'dist/.built': 1 })
  expect(await answer('build_missing')).toBe('no')
  rmSync(join(folder, 'src/a/gone.ts'))
  expect(await answer('build_missing')).toBe('yes')
})

test.each([
  ['no dist', sources, 'yes'],
  ['built by hand, unknown when', { ...sources, 'dist/cli/bin.js': 1 }, 'yes'],
  ['built since', { ...sources, 'dist/cli/bin.js': 9, 'dist/.built': 1 }, 'no'],
  ['a source edited since', { ...sources, 'src/a/c.ts': 0, 'dist/cli/bin.js': 9, 'dist/.built': 1 }, 'yes'],
  [
    'the settings edited since',
    { ...sources, 'tsconfig.json': 0, 'dist/cli/bin.js': 9, 'dist/.built': 1 },
    'yes',
  ],
  ['the program gone', { ...sources, 'dist/.built': 1 }, 'yes'],
])('build missing: %s', async (_title, files, expected) => {
  lay(files)
  expect(await answer('build_missing')).toBe(expected)
})

test('npm prepares what is not built yet, and that once', async () => {
  lay(sources)
  cpSync('scripts/lib', join(folder, 'scripts/lib'), { recursive: true })
  const build = 'mkdir -p dist/cli && touch dist/cli/bin.js && echo built >> builds'
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { build } }))
  const prepare = () => bash({ script: `bash ${join(folder, 'scripts/lib/prepare.sh')}` })
  expect([(await prepare()).code, (await prepare()).code]).toEqual([0, 0])
  expect(readFileSync(join(folder, 'builds'), 'utf8')).toBe('built\n')
})

describe('need_node', () => {
  const check = (node: string) =>
    bash({ source: 'scripts/lib/setup.sh', script: `has_command() { true; }; ${node}; need_node` })

  test.each([
    ['v18.20.0', 1],
    ['v20.18.3', 1],
    ['v20.19.0', 0],
    ['v20.20.2', 0],
    ['v22.0.0', 0],
    ['v24.1.0', 0],
  ])('%s', async (version, code) => {
    const ran = await check(`node() { echo ${version}; }`)
    expect(ran.code).toBe(code)
    if (code !== 0)
      expect(ran.stderr).toContain(`error: Node.js is ${version}, too old\nhelp: install Node.js 20.19`)
  })

  test('none at all', async () => {
    const ran = await check('has_command() { [[ $1 != node ]]; }')
    expect(ran).toMatchObject({ code: 1, stdout: '' })
    expect(ran.stderr).toContain('error: Node.js is not installed\nhelp: install Node.js 20.19')
  })
})
