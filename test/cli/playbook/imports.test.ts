import { relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesOf, packagesImportedBy, pathsImportedBy } from '../../../src/cli/playbook/imports.ts'
import { temporaryFolder } from '../../support/folder.ts'

describe('the paths that a text imports', () => {
  it.each<[title: string, text: string, expected: readonly string[]]>([
    ['a default import', "import box from '../../../boxes/coreos/box.ts'", ['../../../boxes/coreos/box.ts']],
    ['names, over lines', 'import {\n  a,\n  b,\n} from "./a.ts"', ['./a.ts']],
    ['types', "import type { A } from './a.ts'", ['./a.ts']],
    ['for its effect', "import './a.ts'", ['./a.ts']],
    ['what is exported again', "export * from './a.ts'\nexport { b } from './b.ts'", ['./a.ts', './b.ts']],
    ['while it runs', "const { a } = await import('./a.ts')", ['./a.ts']],
    ['as CommonJS does', "const a = require('./a.cjs')", ['./a.cjs']],
    ['JSON', "import data from './data.json' with { type: 'json' }", ['./data.json']],
    ['absolute paths', "import '/shared/a.ts'", ['/shared/a.ts']],
    ['each once', "import './a.ts'; import { a } from './a.ts'", ['./a.ts']],
    ['in wrong syntax', "import { a } from './a.ts'\nconst = = 3 {", ['./a.ts']],
    ['no packages', "import { x } from 'provision'\nimport fs from 'node:fs'", []],
    ['no other texts', "const from = './a.ts'; tree(web, '/www', { from: './www' })", []],
  ])('%s', (_, text, expected) => {
    expect(pathsImportedBy(text)).toEqual(expected)
  })
})

it('tells packages and parts of Node.js from paths', () => {
  const text =
    "import { x } from 'provision'\nimport fs from 'node:fs'\nimport './a.ts'\nimport y from '@a/b/c'"
  expect(packagesImportedBy(text)).toEqual(['provision', 'node:fs', '@a/b/c'])
})

it('follows imports from file to file, also to those that are missing, in circles and without an extension', () => {
  const folder = temporaryFolder({
    'playbook.ts': "import { a } from './parts/a.ts'\nimport './parts/gone.ts'\nimport './folder'",
    'parts/a.ts': "import '../playbook.ts'\nimport './b'\nimport './c.js'\nimport './data.json'",
    'parts/b.ts': '',
    'parts/c.ts': '',
    'parts/data.json': '{ "import": "import \'./not-this.ts\'" }',
    'folder/index.ts': '',
    'other.ts': '',
  })
  const found = filesOf(`${folder}/playbook.ts`).map((path) => relative(folder, path))
  expect(found.sort()).toEqual([
    'folder/index.ts',
    'parts/a.ts',
    'parts/b.ts',
    'parts/c.ts',
    'parts/data.json',
    'parts/gone.ts',
    'playbook.ts',
  ])
})
