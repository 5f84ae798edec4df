import { dirname } from 'node:path'
import type { Build } from '../../core/build/index.ts'
import { localPath } from '../../core/build/local.ts'
import { isIn } from '../../engine/build/waits.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { systemOf } from '../box/ensure.ts'

/** The box of a playbook, as a watch sees it: an edit of it is heard, but no run brings it to nodes that are there. */
export interface WatchedBox {
  readonly builds: readonly Build[]
  /** Those of some absolute paths that are of the box itself. */
  readonly among: (edited: readonly string[]) => readonly string[]
}

export function watchedBox({
  playbook: { box },
  playbookFile,
  on,
}: Pick<Workspace, 'playbook' | 'playbookFile' | 'on'>): WatchedBox {
  // Hosts of a file are not made from it.
  if (on !== undefined) return { builds: [], among: () => [] }
  const folder = localPath(box.build, dirname(playbookFile))
  return {
    builds: [systemOf(box)],
    among: (edited) => edited.filter((path) => isIn(path, folder)),
  }
}
