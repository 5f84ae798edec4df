import { join } from 'node:path'
import type { Globals } from '../../src/cli/call/globals.ts'
import { openWorkspace } from '../../src/cli/playbook/workspace.ts'
import type { Workspace } from '../../src/engine/workspace.ts'
import { temporaryFolder } from './folder.ts'

const globals: Globals = {
  ...{ playbook: undefined, env: undefined, on: './hosts.yaml', dir: undefined, param: [] },
  ...{ json: false, plain: false, verbose: false, profile: false, yes: false, help: false, version: false },
}

/** Where playbooks lie in a folder of which URLs, and patterns of replacements, have names that are not what they say. */
export const oddFolder = "it's $& größe"

/** A project with one playbook, and hosts of its own that nobody asks. */
export const projectWith = (playbook: string): string =>
  temporaryFolder(
    {
      'package.json': '{ "type": "module" }',
      'hosts.yaml': 'hosts: { web: { address: 192.0.2.1 } }',
      [`${oddFolder}/playbook.ts`]: playbook,
    },
    oddFolder,
  )

export const playbookIn = (projectDir: string): string => join(projectDir, oddFolder, 'playbook.ts')

/** Loads the playbook of a project as a call would that is given these params. */
export const opened = (projectDir: string, ...param: readonly string[]): Promise<Workspace> =>
  openWorkspace(playbookIn(projectDir), { ...globals, param: [...param] }, projectDir)

/** The text of a playbook with one host. */
export const playbookText = (resources: string, options = ''): string =>
  `import { artifact, defineBox, definePlaybook, file, tree } from 'provision'
const box = defineBox({ name: 'none', build: new URL('file:///nowhere') })
export default definePlaybook({ name: 'shop', box, hosts: ['web'], ${options}
resources: ({ hosts: { web }, params }: any) => [${resources}] })`
