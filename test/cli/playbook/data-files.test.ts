import { relative } from 'node:path'
import { expect, it } from 'vitest'
import { dataFilesOf } from '../../../src/cli/playbook/data-files.ts'
import { temporaryFolder } from '../../support/folder.ts'

it.each<[title: string, text: string, expected: readonly string[]]>([
  ['a file', "readFileSync(new URL('./values.yaml', import.meta.url), 'utf8')", ['parts/values.yaml']],
  ['without a dot, over lines', 'new URL(\n  "values.yaml",\n  import.meta.url,\n)', ['parts/values.yaml']],
  ['one elsewhere', "new URL('../top.csv', import.meta.url)", ['top.csv']],
  ['one with a space, as a URL has it', "new URL('./a%20b.txt', import.meta.url)", ['parts/a b.txt']],
  ['one that is missing', "new URL('./gone.yaml', import.meta.url)", ['parts/gone.yaml']],
  ['each once', "new URL('./x', import.meta.url); new URL(`./x`, import.meta.url)", ['parts/x']],
  ['no folder', "new URL('.', import.meta.url); new URL('./folder', import.meta.url)", []],
  ['nothing that is put together', 'new URL(`./${name}.yaml`, import.meta.url)', []],
  ['nothing beside something else', "new URL('./x', base); new URL('https://a/x', import.meta.url)", []],
  ['no other host', "new URL('//elsewhere/x', import.meta.url)", []],
  ['no wrong URL', "new URL('./100%', import.meta.url); new URL('a%2fb', import.meta.url)", []],
])('of what a module reads beside itself is known %s', (_, text, expected) => {
  const folder = temporaryFolder({ 'parts/part.ts': text, 'parts/values.yaml': '', 'parts/folder/x': '' })
  const found = dataFilesOf([`${folder}/parts/part.ts`, `${folder}/parts/values.yaml`])
  expect(found.map((path) => relative(folder, path))).toEqual(expected)
})
