import { readdirSync, realpathSync, statSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { reasonOf, systemCode } from '../../core/error.ts'
import type { Area } from './areas.ts'
import { isEditorFile } from './editor-files.ts'

/** Listens to folders. Of what it hears nothing is believed but that something happened. */
export interface FolderWatcher {
  /** Listens to all folders of these areas, and to no others. To be called before each look. */
  follow(areas: readonly Area[]): void
  /** Takes every folder for one that it does not listen to yet: something happened that was not heard. */
  distrust(): void
  /** Whether it listens to all that it should. */
  readonly isComplete: () => boolean
  close(): void
}

export interface FolderWatcherOptions {
  readonly onStir: () => void
  /** Called when the system does not let it listen, with the reason: once, also where it comes to that again. */
  readonly onDeaf: (reason: string) => void
}

/**
 * One `fs.watch` a folder: recursive watching on Linux misses folders that are made while it sets itself up (Node.js
 * issue 48437), and chokidar 4 loses files that are replaced by renaming (its issue 1437). On Linux all of them share
 * one descriptor.
 */
export function watchFolders({ onStir, onDeaf }: FolderWatcherOptions): FolderWatcher {
  const watchers = new Map<string, FSWatcher>()
  let followed: readonly Area[] | undefined
  let isDeaf = false
  let hasTold = false

  const drop = (isUnwanted: (path: string) => boolean): void => {
    for (const [path, watcher] of watchers) {
      if (!isUnwanted(path)) continue
      watcher.close()
      watchers.delete(path)
    }
  }
  const dropBelow = (folder: string): void => drop((path) => path === folder || path.startsWith(folder + sep))
  const hear = (folder: string, type: string, name: string | null): void => {
    if (name !== null && (isEditorFile(name) || name === '.provision')) return
    if (type === 'rename' && concernsFolders(folder, name)) followed = undefined
    onStir()
  }
  /** A folder that went and came back is another one, which its former watcher is deaf to. */
  const concernsFolders = (folder: string, name: string | null): boolean => {
    if (name === null) return true
    // So a folder tells that it has gone itself: where a link leads to it, nothing around it does.
    if (name === basename(folder)) {
      dropBelow(folder)
      return true
    }
    const path = join(folder, name)
    const wasFolder = watchers.has(path)
    if (wasFolder) dropBelow(path)
    return wasFolder || isFolder(path)
  }
  const listen = (folder: string): void => {
    if (watchers.has(folder)) return
    try {
      const watcher = watch(folder, (type, name) => hear(folder, type, name))
      watcher.on('error', () => dropBelow(folder))
      watchers.set(folder, watcher)
    } catch (error) {
      // One that has just gone is told by the folder around it.
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return
      isDeaf = true
      if (!hasTold) onDeaf(whyDeaf(error))
      hasTold = true
    }
  }

  return {
    follow(areas) {
      if (areas === followed) return
      followed = areas
      // There may be room for more by now.
      isDeaf = false
      const wanted = new Set<string>()
      for (const area of areas) walk(area, wanted, listen)
      drop((path) => !wanted.has(path))
    },
    distrust() {
      followed = undefined
      drop(() => true)
    },
    isComplete: () => !isDeaf,
    close() {
      drop(() => true)
    },
  }
}

/** With what mends it: each folder takes one of the watches that Linux gives a user. */
const whyDeaf = (error: unknown): string =>
  systemCode(error) === 'ENOSPC'
    ? `sudo sysctl fs.inotify.max_user_watches=524288 mends it (${reasonOf(error)})`
    : reasonOf(error)

/** Listens to each folder before it reads it: so none can come in between unheard. */
function walk({ root, depth, isOut }: Area, wanted: Set<string>, listen: (folder: string) => void): void {
  const visit = (folder: string, above: readonly string[]): void => {
    wanted.add(folder)
    listen(folder)
    if (depth === 'flat') return
    const real = realPath(folder)
    if (real === undefined || above.includes(real)) return
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name)
      const isInside = entry.isSymbolicLink() ? isFolder(path) : entry.isDirectory()
      if (isInside && entry.name !== '.provision' && !isOut(path)) visit(path, [...above, real])
    }
  }
  const start = nearestFolder(root)
  if (start === root) visit(root, [])
  else {
    wanted.add(start)
    listen(start)
  }
}

/** What is missing is waited for in the folder where it, or the first part of the way to it, would come. */
const nearestFolder = (path: string): string =>
  isFolder(path) || dirname(path) === path ? path : nearestFolder(dirname(path))

const isFolder = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    // A file stands where a folder would have to, or we may not look.
    return false
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // It went meanwhile, which is heard, or may not be read, which a run says.
    return []
  }
}

function realPath(folder: string): string | undefined {
  try {
    return realpathSync(folder)
  } catch {
    return undefined
  }
}
