import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLineFor } from '../../../src/cli/call/commandline.ts'
import { packageDir } from '../../../src/cli/package-dir.ts'
import { projectWith, type Project } from '../../support/playbook-folder.ts'

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
