import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLineFor } from '../../../src/cli/call/commandline.ts'
import { packageDir } from '../../../src/cli/package-dir.ts'
import { runCli } from '../../support/cli.ts'
import { cli } from '../../support/the-cli.ts'
import { plainPlaybook, projectWith, type Project } from '../../support/playbook-folder.ts'

const globals = { env: undefined, on: undefined, dir: undefined, playbook: undefined, param: [] }
const bin = join(packageDir, 'dist/cli/bin.js')
const lineIn = (cwd: string) => commandLineFor({ PATH: '/nowhere' }, globals, cwd)('refresh')

let project: Project
const at = (path: string): string => join(project.dir, path)

beforeAll(() => {
  project = projectWith({
    'own/package.json': '{}',
    'own/deep/x': '',
    'other/node_modules/provision/bin.js': '',
    'none/x': '',
    'shops/playbooks/shop/playbook.ts': plainPlaybook('shop'),
    'shops/playbooks/other/playbook.ts': plainPlaybook('other'),
    'shops/my hosts.yaml': 'hosts: {}',
  })
  mkdirSync(at('own/node_modules'))
  symlinkSync(packageDir, at('own/node_modules/provision'))
})
afterAll(() => project.remove())

describe('what we print to be typed next is found by npx only where npx finds us, and no stranger of our name', () => {
  it.each([
    ['in the clone', () => packageDir, 'npx provision refresh'],
    ['below it', () => dirname(import.meta.filename), 'npx provision refresh'],
    ['in a project that has us', () => at('own'), 'npx provision refresh'],
    ['below it', () => at('own/deep'), 'npx provision refresh'],
    ['in one that has another package of this name', () => at('other'), `node ${bin} refresh`],
    ['in a folder without anything', () => at('none'), `node ${bin} refresh`],
  ])('%s', (_, dir, line) => {
    expect(lineIn(dir())).toBe(line)
  })
})

it.each([
  [['shop'], '--playbook shop'],
  [['--playbook', 'shop', '--env', 'test'], '--playbook shop --env test'],
  [['shop', '--env', 'test', '--on', 'my hosts.yaml'], "--playbook shop --env test --on 'my hosts.yaml'"],
  [['shop', '--param', 'a=b c'], "--playbook shop --param 'a=b c'"],
])(
  'what a call with %j says to type next finds the same playbook and environment',
  async (options, again) => {
    const { code, stderr } = await runCli(cli, ['history', 'show', '9', ...options], { cwd: at('shops') })
    expect(stderr).toBe(
      `✖ there is no run "9"; no run has been recorded yet\nhelp: node ${cli.bin} history ${again}\n`,
    )
    expect(code).toBe(2)
  },
)
