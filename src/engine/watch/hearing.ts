import { readIgnoreFileIfFine } from '../build/context.ts'
import { areasOf, type Area } from './areas.ts'
import { watchFolders, type FolderWatcherOptions } from './folders.ts'
import type { Sources } from './look.ts'

/** Listens around all that a system is made from, and knows whether it hears what happens there. */
export interface Hearing {
  /** Listens where these lie. To be called before each look. */
  readonly follow: (sources: Sources) => void
  /** A look found something: where nothing was heard since the last run began, no folder is believed to be listened to. */
  readonly confirm: () => void
  /** A run begins. */
  readonly begin: () => void
  /** A run is over: it may have read another playbook, another `.dockerignore`. */
  readonly end: () => void
  /** Whether it listens to all that it should. */
  readonly isComplete: () => boolean
  readonly close: () => void
}

export function createHearing({ onStir, onDeaf }: FolderWatcherOptions): Hearing {
  let hasHeard = false
  let areas: readonly Area[] | undefined
  const folders = watchFolders({
    onStir: () => {
      hasHeard = true
      onStir()
    },
    onDeaf,
  })
  return {
    follow: (sources) => {
      areas ??= areasOf(sources, readIgnoreFileIfFine)
      folders.follow(areas)
    },
    confirm: () => {
      if (!hasHeard) folders.distrust()
    },
    begin: () => {
      hasHeard = false
    },
    end: () => {
      areas = undefined
    },
    isComplete: folders.isComplete,
    close: () => folders.close(),
  }
}
