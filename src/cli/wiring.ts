import type { Box } from '../core/box.ts'
import type { Emit } from '../core/event.ts'
import type { Workspace } from '../engine/workspace.ts'
import type { Check } from './check.ts'
import type { OpenRun, RunOptions } from './run/index.ts'
import type { Warm } from './run/warm.ts'

/** The rooms below the command line, as its commands see them; each is loaded only when it is used. */
export interface Wiring {
  readonly openRun: OpenRun
  /** Connections that stay open from one run to the next. */
  readonly keepWarm: () => Promise<Warm>
  readonly boxes: BoxTools
  /** Looks at this machine; a check that cannot be made is a check that is bad. */
  readonly examine: (options: ExamineOptions) => Promise<readonly Check[]>
}

export interface Work {
  readonly emit: Emit
  readonly signal: AbortSignal
}

export interface ExamineOptions extends Work, Pick<RunOptions, 'commandLine'> {
  readonly env: NodeJS.ProcessEnv
  /** Loads the default playbook. */
  readonly workspace: () => Promise<Workspace>
}

/** A box with the images of a playbook, or with only its own. */
export type BakeTarget =
  | { readonly from: 'playbook'; readonly workspace: Workspace }
  | { readonly from: 'box'; readonly box: Box; readonly projectDir: string; readonly cacheDir: string }

export interface BoxEntry {
  readonly name: string
  /** Of all that went into it. */
  readonly digest: string
  /** References of the images inside. */
  readonly images: readonly string[]
  /** ISO 8601. */
  readonly bakedAt: string
  /** Bytes of the system's image and of the store. */
  readonly size: number
  /** Names of nodes made from it. */
  readonly usedBy: readonly string[]
}

export interface BoxTools {
  readonly bake: (target: BakeTarget, work: Work) => Promise<BoxEntry>
  /** All on this machine's engine, the newest first. */
  readonly list: (work: Work) => Promise<readonly BoxEntry[]>
  /** Removes boxes that no node was made from, and all that was left half-made. */
  readonly prune: (work: Work) => Promise<{ readonly removed: readonly string[]; readonly bytes: number }>
  /** Writes a box into a file that carries its checksum. */
  readonly export: (digest: string, file: string, work: Work) => Promise<{ readonly bytes: number }>
  /** @throws ProvisionError `box` when the file is damaged or no box */
  readonly import: (file: string, work: Work) => Promise<BoxEntry>
}
