import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../support/cli.ts'
import { cli } from '../../support/the-cli.ts'
import { projectWith, type Project } from '../../support/playbook-folder.ts'

let project: Project

beforeAll(() => {
  project = projectWith({
    'playbooks/throws/playbook.ts': "\n\nthrow new Error('on purpose\\nand more')\n",
    'playbooks/type-error/playbook.ts': `import { definePlaybook, defineBox, container } from 'provision'
const box = defineBox({ name: 'none', build: '/' })
export default definePlaybook({ name: 'a', box, hosts: ['web'], resources: ({ hosts }) => [
  container(hosts.wbe, 'x', { image: 'y' }),
] })`,
    'playbooks/unknown-name/playbook.ts': "import { fille } from 'provision'\nexport default fille()\n",
    'playbooks/syntax/playbook.ts': 'const a = 1\nconst b = {\n',
    'playbooks/no-default/playbook.ts': 'export const playbook = 1\nexport const other = 2\n',
    'playbooks/wrong-kind/playbook.ts': 'export default { name: "a", hosts: [] }\n',
    'playbooks/function/playbook.ts': 'export default function setup() {}\n',
    'playbooks/a-box/playbook.ts':
      "import { defineBox } from 'provision'\nexport default defineBox({ name: 'b', build: '/' })\n",
    'playbooks/missing-import/playbook.ts': "import { x } from './nowhere.ts'\nexport default x\n",
    'playbooks/near-package/playbook.ts':
      "import { join } from 'node:path'\n\nimport { definePlaybook, image } from 'provison'\nexport default [definePlaybook, image, join]\n",
    'playbooks/no-package/playbook.ts': "import x from '@nobody/nothing/part'\nexport default x\n",
    'playbooks/first-line/playbook.ts':
      "import { image } from 'provision'; const x: string[] = JSON.parse('{')\nexport default [image, x]\n",
    'playbooks/types/playbook.ts':
      "interface A { readonly a: number }\nenum Colour {\n  red, green }\nconst xs: readonly string[] = [], ys: A = { a: 1 }; const z = JSON.parse('{')\nexport default [xs, ys, z, Colour]\n",
    'playbooks/imported/playbook.ts': "import { x } from './part.ts'\nexport default x\n",
    'playbooks/imported/part.ts':
      "type A = string\nexport const x: readonly A[] = [], y: A = JSON.parse('{')\n",
    'playbooks/evaluated/playbook.ts': `import { definePlaybook, defineBox } from 'provision'
const box = defineBox({ name: 'none', build: '/' })
export default definePlaybook({ name: 'a', box, hosts: ['web'], resources: () => {
  const few: readonly string[] = [], more: readonly string[] = JSON.parse('{')
  return [...few, ...more] } })`,
  })
})
afterAll(() => {
  project.remove()
})

describe('a playbook that cannot be loaded', () => {
  it.each([
    ['throws', 'throws', /throws\/playbook.ts:3:7: on purpose$/m],
    [
      'throws while it is evaluated',
      'type-error',
      /type-error\/playbook.ts:4:19: the playbook has no host "wbe"\nhelp: did you mean "web"/,
    ],
    [
      'imports what is not there',
      'unknown-name',
      /unknown-name\/playbook.ts:2:\d+: provision has no export "fille"\nhelp: did you mean "file"/,
    ],
    ['has a syntax error', 'syntax', /syntax\/playbook.ts:3:\d+: .*Unexpected token/],
    [
      'has no default export',
      'no-default',
      /has no default export, only other, playbook\nhelp: write `export default/,
    ],
    ['exports something else', 'wrong-kind', /is an object with name, hosts, not a playbook/],
    ['exports a function', 'function', /is a function setup, not a playbook/],
    ['exports a box', 'a-box', /is a box, not a playbook/],
    [
      'imports what is not there',
      'missing-import',
      /missing-import\/playbook.ts:1:1: Cannot find module '\.\/nowhere\.ts'$/m,
    ],
    [
      'imports a package that is nearly ours',
      'near-package',
      /near-package\/playbook.ts:3:1: Cannot find module 'provison'\nhelp: did you mean 'provision'\?$/m,
    ],
    [
      'imports a package that is not installed',
      'no-package',
      /no-package\/playbook.ts:1:1: Cannot find module '@nobody\/nothing\/part'\nhelp: npm install @nobody\/nothing$/m,
    ],
    ['fails in its first line', 'first-line', /first-line\/playbook.ts:1:61: .*JSON/],
    ['fails after types on the same line', 'types', /types\/playbook.ts:4:68: .*JSON/],
    ['fails in a file that it imports', 'imported', /imported\/part.ts:2:48: .*JSON/],
    ['throws when it is evaluated', 'evaluated', /evaluated\/playbook.ts:4:69: .*JSON/],
  ])('%s: exit code 1 and the place, without a stack', async (_, name, stderr) => {
    const result = await runCli(cli, ['plan', name], { cwd: project.dir })
    expect(result.stderr).toMatch(stderr)
    expect(result.stderr).not.toMatch(/\n\s+at /)
    expect(result.stderr).not.toContain('bug of provision')
    expect(result.code).toBe(1)
  })
})
