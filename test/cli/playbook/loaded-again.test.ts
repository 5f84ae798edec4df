import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
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
