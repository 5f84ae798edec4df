import { copyFile, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ProvisionError, systemCode } from '../../core/error.ts'
import type { KeptState } from '../../core/history/kept.ts'
import { temporaryName } from '../../core/temporary.ts'
import { contentPath, isThere } from './store.ts'

/** A playbook as it was, in a folder of its own in which all else that lies beside it is found as it is now. */
export interface PlaybookTree {
  /** Stands for the folder that the playbook's files have in common. */
  readonly dir: string
  readonly file: string
  readonly remove: () => Promise<void>
}

/**
 * Lays out a kept playbook. What it does not import but reads, and packages, are links to what there is now.
 * @throws ProvisionError `state` when one of its files is not kept
 */
export async function layOut(stateDir: string, root: string, { playbook }: KeptState): Promise<PlaybookTree> {
  const names = Object.keys(playbook.files)
  for (const name of names) {
    if (await isThere(contentPath(stateDir, playbook.files[name] ?? ''))) continue
    throw new ProvisionError('state', `${name} as it was then is not kept any more, and is another one now`, {
      help: 'take the playbook of that time out of your version control, and refresh',
    })
  }
  const dir = temporaryName(join(stateDir, 'playbook'), process.pid, performance.now())
  const remove = () => rm(dir, { recursive: true, force: true })
  try {
    const folders = new Set(names.flatMap(foldersAbove))
    for (const folder of ['', ...[...folders].sort()]) {
      await mkdir(join(dir, folder), { recursive: true })
      for (const entry of await entriesOf(join(root, folder))) {
        const path = folder === '' ? entry : `${folder}/${entry}`
        if (folders.has(path) || names.includes(path)) continue
        await symlink(join(root, path), join(dir, path))
      }
    }
    for (const name of names)
      await copyFile(contentPath(stateDir, playbook.files[name] ?? ''), join(dir, name))
    return { dir, file: join(dir, playbook.file), remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** `a/b/c.ts`: `a`, `a/b`. */
function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path)
  return folder === '.' ? [] : [...foldersAbove(folder), folder]
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return []
    throw error
  }
}
