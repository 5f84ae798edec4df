import { realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ProvisionError } from '../../core/error.ts'
import { readEnd } from '../../core/history/journal-read.ts'
import { journalEnd, journalHead, journalNumbers } from '../../engine/journal/folder.ts'
import type { Workspace } from '../../engine/workspace.ts'

/**
 * Refuses a playbook that has the name of another one of its project, as a copy has: to hosts both are the same, and what only the
 * other lists would be removed. One that was moved goes on in its environment, as does any once that was destroyed.
 * @throws ProvisionError `conflict`
 */
export async function refuseOtherPlaybook(workspace: Workspace): Promise<void> {
  const { projectDir, playbookFile, playbook, environment } = workspace
  const other = await lastFile(workspace)
  if (other === undefined || realOf(other) === realOf(playbookFile)) return
  if ((await nameOf(other, workspace)) !== playbook.name) return
  const [ours, theirs] = [playbookFile, other].map((file) => relative(projectDir, file))
  throw new ProvisionError(
    'conflict',
    `environment ${environment} is that of ${theirs}, and ${ours} is called '${playbook.name}' like that one; nothing was changed`,
    {
      help: `give one of them another name, or call this one with --env; where it is to go on in place of the other, remove ${theirs}`,
    },
  )
}

/** The file of the playbook of this name that was carried out last, of those that are still there; undefined for none. */
async function lastFile({ stateDir, projectDir, playbook }: Workspace): Promise<string | undefined> {
  for (const number of [...(await journalNumbers(stateDir))].reverse()) {
    const head = await journalHead(stateDir, number)
    if (head?.playbook !== playbook.name) continue
    const isDestroy = head.command === 'destroy'
    if (isDestroy && readEnd(await journalEnd(stateDir, number))?.ok === true) return undefined
    const file = head.file === undefined ? undefined : join(projectDir, head.file)
    if (file !== undefined && realOf(file) !== undefined) return file
  }
  return undefined
}

/** Undefined for what is not there. */
function realOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** What another playbook is called by now; one that cannot be loaded is still called as it was. */
async function nameOf(file: string, { playbook, cacheDir }: Workspace): Promise<string> {
  const { loadPlaybook } = await import('../playbook/load.ts')
  return loadPlaybook(file, cacheDir).then(
    ({ name }) => name,
    () => playbook.name,
  )
}
