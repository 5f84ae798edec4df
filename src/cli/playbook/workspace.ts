import { join, resolve } from 'node:path'
import { existsSync } from 'node:fs'
import { ProvisionError } from '../../core/error.ts'
import { requireKnownLayout } from '../../engine/journal/layout.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { paramsOf } from '../call/args.ts'
import type { Globals } from '../call/globals.ts'
import { filesOf, readTexts } from './imports.ts'
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
  const { named, ...outline } = await outlineOf(wanted, globals, cwd)
  const { loadPlaybook } = await import('./load.ts')
  const playbook = await loadPlaybook(outline.playbookFile, outline.cacheDir)
  return { ...outline, playbook, ...environmentCalled(named ?? playbook.name, outline) }
}

/** What is known of a workspace without loading its playbook. */
interface Outline extends Omit<Workspace, 'playbook' | 'environment' | 'stateDir'> {
  /** The environment that the call names. */
  readonly named: string | undefined
}

/** The environment of this name, and where its state lies. */
export const environmentCalled = (
  environment: string,
  { projectDir }: Pick<Workspace, 'projectDir'>,
): Pick<Workspace, 'environment' | 'stateDir'> => ({
  environment,
  stateDir: join(projectDir, '.provision', environment),
})

export async function outlineOf(wanted: string | undefined, globals: Globals, cwd: string): Promise<Outline> {
  const given = paramsOf(globals.param)
  const { file, projectDir } = findPlaybook(playbookMeant(wanted, globals), cwd)
  const on = globals.on === undefined ? undefined : resolve(cwd, globals.on)
  if (on !== undefined && !existsSync(on)) {
    throw new ProvisionError('usage', `--on ${globals.on ?? ''}: there is no such file`, {
      help: 'give a YAML file: hosts: { web: { address: 192.0.2.1 } }',
    })
  }
  const cacheDir = join(projectDir, '.provision', 'cache')
  await keepPrivate(projectDir)
  await requireKnownLayout(projectDir)
  const named = environmentName(globals.env)
  // Before it is loaded: what is edited after that differs from it.
  const texts = await readTexts(filesOf(file))
  return { projectDir, playbookFile: file, texts, given, on, cacheDir, named }
}

/**
 * The playbook that a call names, by a word or by `--playbook`.
 * @throws ProvisionError `usage` when it names two
 */
export function playbookMeant(
  word: string | undefined,
  { playbook }: Pick<Globals, 'playbook'>,
): string | undefined {
  if (word === undefined || playbook === undefined || word === playbook) return word ?? playbook
  throw new ProvisionError('usage', `${JSON.stringify(word)} and --playbook ${playbook} are two playbooks`, {
    help: 'name one of them',
  })
}

/** What else lies in `.provision`. */
export const reserved: ReadonlySet<string> = new Set(['cache', 'failures'])

function environmentName(name: string | undefined): string | undefined {
  if (name === undefined || (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name) && !reserved.has(name)))
    return name
  throw new ProvisionError('usage', `--env ${JSON.stringify(name)} is not a name of an environment`, {
    help: 'use lower-case letters, digits and dashes, 40 at most, and neither "cache" nor "failures"',
  })
}
