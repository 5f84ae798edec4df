import type { Reading } from '../../engine/watch/run.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { dataFilesOf } from '../playbook/data-files.ts'
import { filesOf } from '../playbook/imports.ts'
import { isLoadedOnce } from '../playbook/loaded-once.ts'

/** The playbook that a watch is on. */
export interface WatchedPlaybook {
  /** As it was loaded last. */
  readonly workspace: () => Workspace
  /** It, all that it imports or reads beside itself, and the file of its hosts. */
  readonly files: () => readonly string[]
  /** Has it loaded anew before it is used again. */
  readonly outdate: () => void
  /** Loads it, unless what was loaded last is still good. */
  readonly renew: (reading: Pick<Reading, 'widen'>) => Promise<void>
  /** Whether Node.js has loaded a file of it, and will not load it again. */
  readonly isStuck: (path: string) => boolean
}

/** @param load loads it anew */
export function watchedPlaybook(loaded: Workspace, load: () => Promise<Workspace>): WatchedPlaybook {
  let workspace = loaded
  let files = filesAround(workspace)
  let scripts = scriptsIn(files)
  let isCurrent = true
  return {
    workspace: () => workspace,
    files: () => files,
    outdate: () => {
      isCurrent = false
    },
    renew: async ({ widen }) => {
      if (isCurrent) return
      files = filesAround(workspace)
      await widen()
      workspace = await load()
      isCurrent = true
      scripts = scriptsIn(files, scripts)
    },
    isStuck: (path) => scripts.has(path),
  }
}

/** The playbook, all that it imports or reads beside itself, and the file of its hosts. */
function filesAround({ playbookFile, on }: Workspace): readonly string[] {
  const modules = filesOf(playbookFile)
  return [...new Set([...modules, ...dataFilesOf(modules), ...(on === undefined ? [] : [on])])]
}

/** What Node.js loads by itself among files, and what was known of it before. */
const scriptsIn = (files: readonly string[], known: ReadonlySet<string> = new Set()): ReadonlySet<string> =>
  new Set([...known, ...files.filter(isLoadedOnce)])
