import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { violations } from './support/architecture.ts'
import { filesBelow } from './support/imports.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('the architecture', () => {
  it('holds for every file of the repository', () => {
    const files = filesBelow(
      root,
      ['src', 'test', 'scripts', 'playbooks', 'boxes'],
      ['.ts', '.mjs', '.js', '.java', '.sh'],
    )
    expect(files.length).toBeGreaterThan(25)
    expect(violations(files)).toEqual([])
  })

  it.each([
    ['core imports a module', 'src/core/plan.ts', "import { file } from '../modules/file.ts'"],
    ['core imports by type', 'src/core/plan.ts', "import type { Run } from '../engine/run.ts'"],
    ['core imports in a type', 'src/core/plan.ts', "type Run = import('../engine/run.ts').Run"],
    ['core imports dynamically', 'src/core/plan.ts', "await import('../cli/main.ts')"],
    ['core re-exports', 'src/core/plan.ts', "export * from '../report/json.ts'"],
    ['a module imports a transport', 'src/modules/file.ts', "import { ssh } from '../transport/ssh.ts'"],
    ['a module imports another', 'src/modules/file.ts', "import { tree } from './tree.ts'"],
    ['a transport imports the engine', 'src/transport/ssh.ts', "import { run } from '../engine/run.ts'"],
    ['the engine imports the public API', 'src/engine/run.ts', "import { file } from '../index.ts'"],
    ['a report imports a provider', 'src/report/tty.ts', "import { docker } from '../providers/docker.ts'"],
    ['the engine imports the CLI', 'src/engine/run.ts', "import { main } from '../cli/main.ts'"],
    ['src imports the package', 'src/engine/run.ts', "import { file } from 'provision'"],
    ['a playbook imports src', 'playbooks/a/playbook.ts', "import { file } from '../../src/index.ts'"],
    ['a playbook imports another', 'playbooks/a/playbook.ts', "import b from '../b/playbook.ts'"],
    ['a box imports a package', 'boxes/a/box.ts', "import { z } from 'zod'"],
    ['a file imports itself', 'src/core/a.ts', "import { a } from './a.ts'"],
    ['a command imports a package', 'src/cli/commands/a.ts', "import { Listr } from 'listr2'"],
    ['a file is too long', 'src/core/a.ts', '//\n'.repeat(251)],
  ])('is broken when %s', (_, path, text) => {
    expect(violations([{ path, text }])).toHaveLength(1)
  })

  it('is broken by a cycle of imports', () => {
    const cycle = [
      { path: 'src/core/a.ts', text: "import { b } from './b.ts'" },
      { path: 'src/core/b.ts', text: "export { a as b } from './a.ts'" },
    ]
    expect(violations(cycle)).toEqual(['a cycle of imports: src/core/a.ts → src/core/b.ts → src/core/a.ts'])
  })

  it('is broken by a package that each start would load', () => {
    const files = [
      { path: 'src/cli/main.ts', text: "import '../report/tty.ts'\nimport type { Box } from 'boxen'" },
      { path: 'src/report/tty.ts', text: "import 'listr2'\nawait import('zx')" },
    ]
    expect(violations(files)).toEqual(['src/report/tty.ts imports listr2: every start would load it'])
  })

  it.each([
    ['a type-only cycle', 'src/core/a.ts', "import type { A } from './a.ts'"],
    ['the public API', 'src/index.ts', "export { file } from './modules/file.ts'"],
    ['parts of one module', 'src/modules/container.ts', "import { spec } from './container-spec.ts'"],
    [
      'a playbook with its box',
      'playbooks/a/playbook.ts',
      "import box from '../../boxes/b/box.ts'\nimport './c.ts'",
    ],
    ['the CLI on top of all', 'src/cli/main.ts', "import { run } from '../engine/run.ts'"],
    ['text that only looks like an import', 'src/core/a.ts', 'const s = "import x from \'../cli/main.ts\'"'],
    ['a file of exactly 250 lines', 'src/core/a.ts', '//\n'.repeat(250)],
  ])('allows %s', (_, path, text) => {
    expect(violations([{ path, text }])).toEqual([])
  })
})
