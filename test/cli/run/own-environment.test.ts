import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openWorkspace } from '../../../src/cli/playbook/workspace.ts'
import { refuseOtherPlaybook } from '../../../src/cli/run/own-environment.ts'
import { journalFolder, journalPath } from '../../../src/engine/journal/folder.ts'
import { plainPlaybook, projectWith, type Project } from '../../support/playbook-folder.ts'

let project: Project
const at = (path: string): string => join(project.dir, path)
const globals = { env: undefined, on: undefined, dir: undefined, playbook: undefined, param: [] }
const flags = {
  json: false,
  plain: false,
  verbose: false,
  profile: false,
  yes: false,
  help: false,
  version: false,
}

beforeEach(() => {
  project = projectWith({
    'playbooks/shop/playbook.ts': plainPlaybook('shop'),
    'playbooks/copy/playbook.ts': plainPlaybook('shop'),
  })
})
afterEach(() => project.remove())

interface Head {
  readonly file?: string
  readonly command?: string
  readonly playbook?: string
  readonly ok?: boolean
}

/** Runs that there were of an environment, the last one last; all but those that are told to have failed went well. */
function ran(environment: string, ...heads: readonly Head[]): void {
  const stateDir = at(`.provision/${environment}`)
  mkdirSync(journalFolder(stateDir), { recursive: true })
  heads.forEach(({ ok = true, ...head }, i) => {
    const line = { journal: 1, number: i + 1, command: 'refresh', playbook: 'shop', environment, ...head }
    writeFileSync(
      journalPath(stateDir, i + 1),
      `${JSON.stringify(line)}\n{"ms":1,"event":"finished","ok":${ok}}\n`,
    )
  })
}

async function refusal(playbook: string, env?: string, dir = project.dir): Promise<unknown> {
  const workspace = await openWorkspace(playbook, { ...globals, ...flags, env }, dir)
  return refuseOtherPlaybook(workspace).then(
    () => undefined,
    (error: unknown) => error,
  )
}

const ofShop = { file: 'playbooks/shop/playbook.ts' }
const ofCopy = { file: 'playbooks/copy/playbook.ts' }

it.each([
  ['its name', undefined, 'shop'],
  ['--env', 'test', 'test'],
])('a copy is refused in the environment of its original, by %s', async (_, env, environment) => {
  ran(environment, ofShop)
  expect(await refusal('shop', env)).toBeUndefined()
  expect(await refusal('copy', env)).toMatchObject({
    code: 'conflict',
    message: `environment ${environment} is that of playbooks/shop/playbook.ts, and playbooks/copy/playbook.ts is called 'shop' like that one; nothing was changed`,
    help: 'give one of them another name, or call this one with --env; where it is to go on in place of the other, remove playbooks/shop/playbook.ts',
  })
})

it.each<[string, readonly Head[], () => void]>([
  ['never ran', [], () => undefined],
  ['was moved', [ofShop], () => rmSync(at('playbooks/shop'), { recursive: true })],
  ['has another name by now', [ofShop], () => writeFileSync(at(ofShop.file), plainPlaybook('former'))],
  ['was destroyed', [ofShop, { ...ofShop, command: 'destroy' }], () => undefined],
  ['ran in a version that told of no file', [{}], () => undefined],
  ['had another name in this environment', [{ ...ofShop, playbook: 'other' }], () => undefined],
  ['is the same file by a link', [ofShop], () => link()],
])('the other one that %s is in nobody’s way', async (_, heads, change) => {
  ran('shop', ...heads)
  change()
  expect(await refusal('copy')).toBeUndefined()
})

function link(): void {
  rmSync(at('playbooks/copy'), { recursive: true })
  symlinkSync(at('playbooks/shop'), at('playbooks/copy'))
}

it('a destroy that failed has left something of the other one', async () => {
  ran('shop', ofShop, { ...ofShop, command: 'destroy', ok: false })
  expect(await refusal('copy')).toMatchObject({ code: 'conflict' })
})

it('is still called as it was where it cannot be loaded', async () => {
  ran('shop', ofShop)
  writeFileSync(at(ofShop.file), 'this is no TypeScript')
  expect(await refusal('copy')).toMatchObject({ code: 'conflict' })
})

it('a run whose file is gone says nothing of who had the environment before', async () => {
  ran('shop', ofShop, { file: '.provision/shop/tree/playbooks/shop/playbook.ts' })
  expect(await refusal('copy')).toMatchObject({ code: 'conflict' })
  ran('shop', ofShop, ofCopy)
  expect(await refusal('copy')).toBeUndefined()
})

it('a project is the same one by a link and after it was moved', async () => {
  ran('shop', ofShop)
  const moved = `${project.dir} moved`
  symlinkSync(project.dir, moved)
  expect(await refusal('shop', undefined, moved)).toBeUndefined()
  rmSync(moved)
  renameSync(project.dir, moved)
  expect(await refusal('shop', undefined, moved)).toBeUndefined()
  renameSync(moved, project.dir)
})
