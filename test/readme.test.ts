import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadPlaybook } from '../src/cli/playbook/load.ts'
import { commands } from '../src/cli/call/table.ts'
import { graphOf } from '../src/core/graph/index.ts'
import { problemsOf } from './support/compile.ts'

const root = join(import.meta.dirname, '..')
const readme = await readFile(join(root, 'README.md'), 'utf8')
const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''

it('the playbook of the README loads, and can be carried out as far as can be told without hosts', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'readme-'))
  try {
    await cp(join(root, 'boxes'), join(dir, 'boxes'), { recursive: true })
    await mkdir(join(dir, 'playbooks/shop'), { recursive: true })
    const file = join(dir, 'playbooks/shop/playbook.ts')
    await writeFile(file, example)
    const playbook = await loadPlaybook(file, join(dir, 'cache'))
    const { resources } = playbook.declare({ port: '9090' }, { SHOP_PASSWORD: 'x' })
    const ids = graphOf(resources, playbook.hosts).resources.map(({ id }) => id)
    expect(ids).toContain('back/container/worker')
    expect(ids).toContain('front/tree//var/shop/www')
  } finally {
    await rm(dir, { recursive: true })
  }
})

it('the playbook of the README compiles under the strictest settings', () => {
  expect(problemsOf(join(root, 'playbooks/shop/playbook.ts'), example)).toEqual([])
})

it.each(Object.keys(commands).map((name) => name.split(' ')))(
  'the README names the command %s',
  (...words) => {
    for (const word of words) expect(readme).toContain(word)
  },
)

it('a project of your own begins in the README as `init` says, and never with a stranger of our name', () => {
  const [, section = ''] = /## A project of your own\n([\s\S]*?)\n## /.exec(readme) ?? []
  const [, ...lines] = (/```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '')
    .split('\n')
    .map((line) => line.split(/ {2,}#/)[0])
  expect(lines).toEqual([
    'cd ../shop',
    'npm install',
    'npx --no-install provision quickstart',
    'npx --no-install tsc',
    '',
  ])
})
