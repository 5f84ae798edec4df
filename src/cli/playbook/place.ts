import { readdir } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { isProvisionError } from '../../core/error.ts'
import type { JournalHead } from '../../core/history/journal.ts'
import { journalHead, journalNumbers } from '../../engine/journal/folder.ts'
import type { Place } from '../../engine/workspace.ts'
import type { Globals } from '../call/globals.ts'
import { environmentCalled, outlineOf, reserved } from './workspace.ts'

/**
 * Finds what a call is about, also where the playbook cannot be loaded: then the environment is the one in which it was
 * carried out last under its own name.
 * @throws ProvisionError what loading it failed with, when it was never carried out
 */
export async function openPlace(wanted: string | undefined, globals: Globals, cwd: string): Promise<Place> {
  const { named, ...outline } = await outlineOf(wanted, globals, cwd)
  const { loadPlaybook } = await import('./load.ts')
  try {
    const playbook = await loadPlaybook(outline.playbookFile, outline.cacheDir)
    const environment = environmentCalled(named ?? playbook.name, outline)
    return { ...outline, playbook, trouble: undefined, ...environment }
  } catch (error) {
    const environment = named ?? (await lastEnvironment(outline))
    if (!isProvisionError(error) || environment === undefined) throw error
    const trouble = error.message
    return { ...outline, playbook: undefined, trouble, ...environmentCalled(environment, outline) }
  }
}

/** By the journals: a playbook names its environment itself, unless `--env` does. */
async function lastEnvironment({
  projectDir,
  playbookFile,
}: Pick<Place, 'projectDir' | 'playbookFile'>): Promise<string | undefined> {
  const folder = join(projectDir, '.provision')
  const names = (await readdir(folder).catch(() => [])).filter((name) => !reserved.has(name))
  const file = relative(projectDir, playbookFile)
  const isOfFile = (head: JournalHead): boolean =>
    head.environment === head.playbook &&
    (head.file === file || (head.file === undefined && head.playbook === basename(dirname(file))))
  const heads = await Promise.all(names.map((name) => lastHead(join(folder, name))))
  const own = heads.filter((head) => head !== undefined).filter(isOfFile)
  return own.sort((a, b) => (a.at < b.at ? 1 : -1))[0]?.environment
}

async function lastHead(stateDir: string): Promise<JournalHead | undefined> {
  try {
    const number = (await journalNumbers(stateDir)).at(-1)
    return number === undefined ? undefined : await journalHead(stateDir, number)
  } catch {
    // No folder, or none that may be read: it tells nothing.
    return undefined
  }
}
