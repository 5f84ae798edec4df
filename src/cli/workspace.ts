import { join, resolve } from 'node:path'
import { existsSync } from 'node:fs'
import { ProvisionError } from '../core/error.ts'
import type { Workspace } from '../engine/workspace.ts'
import { paramsOf } from './args.ts'
import type { Globals } from './globals.ts'
import { keepPrivate } from './private-folder.ts'
import { findPlaybook } from './project.ts'

/**
 * Finds and loads the playbook that a call is about.
 * @throws ProvisionError `usage` or `playbook` when it cannot be found or read
 */
export async function openWorkspace(
  wanted: string | undefined,
  globals: Globals,
  cwd: string,
): Promise<Workspace> {
  const given = paramsOf(globals.param)
  const { file, projectDir } = findPlaybook(wanted ?? globals.playbook, cwd)
  const on = globals.on === undefined ? undefined : resolve(cwd, globals.on)
  if (on !== undefined && !existsSync(on)) {
    throw new ProvisionError('usage', `--on ${globals.on ?? ''}: there is no such file`, {
      help: 'give a YAML file: hosts: { web: { address: 192.0.2.1 } }',
    })
  }
  const cacheDir = join(projectDir, '.provision', 'cache')
  await keepPrivate(projectDir)
  const { loadPlaybook } = await import('./load.ts')
  const playbook = await loadPlaybook(file, cacheDir)
  const environment = environmentName(globals.env) ?? playbook.name
  const stateDir = join(projectDir, '.provision', environment)
  return { projectDir, playbookFile: file, playbook, environment, given, on, stateDir, cacheDir }
}

/** What else lies in `.provision`. */
const reserved: ReadonlySet<string> = new Set(['cache', 'failures'])

function environmentName(name: string | undefined): string | undefined {
  if (name === undefined || (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name) && !reserved.has(name)))
    return name
  throw new ProvisionError('usage', `--env ${JSON.stringify(name)} is not a name of an environment`, {
    help: 'use lower-case letters, digits and dashes, 40 at most, and neither "cache" nor "failures"',
  })
}
