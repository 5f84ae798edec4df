import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryOwner } from '../core/temporary.ts'
import { clearFolder } from '../transport/clear-folder.ts'
import { spoolOwner } from '../transport/images/spool.ts'
import { endBuilds } from './build/leftovers.ts'
import { cutOffRun } from './cut-off.ts'
import type { Session } from './session.ts'

/**
 * Removes what runs that were killed have left on this machine, and says so: temporary files, and builds that still go on
 * and would write into those of this run. To be called under the environment's lock.
 */
export async function clearHere({ workspace, emit }: Pick<Session, 'workspace' | 'emit'>): Promise<void> {
  const { stateDir, cacheDir } = workspace
  const folders = [stateDir, cacheDir, ...['artifacts', 'images'].map((name) => join(cacheDir, name))]
  const [files, spools, before] = await Promise.all([
    Promise.all(folders.map((folder) => clearFolder(folder, temporaryOwner))),
    clearFolder(tmpdir(), spoolOwner),
    cutOffRun(stateDir),
  ])
  const builds = before === undefined ? [] : await endBuilds(before.pid)
  const count = files.flat().length + spools.length
  const found = [...(count === 0 ? [] : [`${count} temporary ${count === 1 ? 'file' : 'files'}`]), ...builds]
  const cut = before && `the run before this one (${before.command}, of ${before.at}) was cut off`
  const left =
    found.length === 0 ? undefined : `found what an interrupted run left here: ${found.join(', ')}; removed`
  const text = [cut, left].filter((part) => part !== undefined).join('; ')
  if (text !== '') emit({ event: 'note', level: 'warning', text })
}
