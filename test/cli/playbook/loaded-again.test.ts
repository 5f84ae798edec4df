import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isLoadedOnce } from '../../../src/cli/playbook/loaded-once.ts'
import { loadPlaybook } from '../../../src/cli/playbook/load.ts'
import { temporaryFolder } from '../../support/folder.ts'

const playbook = (from: string): string => `import { defineBox, definePlaybook } from 'provision'
import part from '${from}'
const box = defineBox({ name: 'none', build: '/' })
export default definePlaybook({ name: part.name, box, hosts: ['web'], resources: () => [] })
`

it.each<[what: string, file: string, text: (name: string) => string]>([
  ['TypeScript', './part.ts', (name) => `export default { name: '${name}' }`],
  ['JSON', './part.json', (name) => `{ "name": "${name}" }`],
])('a playbook that is loaded again has %s as it is now', async (_, file, text) => {
  const folder = temporaryFolder({ 'playbook.ts': playbook(file), [file]: text('first') })
  const load = () => loadPlaybook(join(folder, 'playbook.ts'), join(folder, 'cache'))
  expect((await load()).name).toBe('first')
  await writeFile(join(folder, file), text('second'))
  expect((await load()).name).toBe('second')
})

const asModule = (name: string): string => `const x = 1\nexport default { name: '${name}' }`
const asScript = (name: string): string => `module.exports = { name: '${name}' }`

it.each<[file: string, around: string, syntax: string, text: (name: string) => string, isKept: boolean]>([
  ['part.js', '{ "type": "module" }', 'a module', asModule, true],
  ['part.mjs', '{}', 'a module', asModule, true],
  ['part.js', '{}', 'a module', asModule, false],
  ['part.js', '{ "type": "commonjs" }', 'a module', asModule, false],
  ['part.js', '{}', 'a script', asScript, true],
  ['part.cjs', '{ "type": "module" }', 'a script', asScript, true],
  ['part.ts', '{ "type": "module" }', 'a module', asModule, false],
])(
  'of JavaScript it is known what is loaded only once: %s, in %s, %s',
  async (file, around, _, text, isKept) => {
    const folder = temporaryFolder({
      ...{
        'playbook.ts': playbook(`./parts/${file}`),
        'package.json': around,
        [`parts/${file}`]: text('first'),
      },
    })
    const load = () => loadPlaybook(join(folder, 'playbook.ts'), join(folder, 'cache'))
    expect((await load()).name).toBe('first')
    await writeFile(join(folder, 'parts', file), text('second'))
    expect((await load()).name).toBe(isKept ? 'first' : 'second')
    expect(isLoadedOnce(join(folder, 'parts', file))).toBe(isKept)
  },
)
