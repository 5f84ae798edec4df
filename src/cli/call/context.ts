import type { Emit, Finished } from '../../core/event.ts'
import type { CommandLine } from '../../core/text/own-command.ts'
import type { Place, Workspace } from '../../engine/workspace.ts'
import type { Output } from '../../report/output.ts'
import type { Look } from '../../report/look.ts'
import type { Globals } from './globals.ts'
import type { Run, RunOptions } from '../run/index.ts'
import type { Wiring } from '../wiring.ts'

/** What a command gets of the world around it. */
export interface Context {
  readonly globals: Globals
  /** Where paths start and the playbook is looked for. */
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly stdin: NodeJS.ReadStream
  readonly stdout: Output
  readonly stderr: Output
  /** The terminal itself, where there is one. */
  readonly terminal: NodeJS.WriteStream
  readonly look: Look
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal
  /** Leaves the keys of the terminal to a child process. */
  readonly handOver: () => void
  readonly emit: Emit
  /** How a command of ours is typed for the playbook and environment of this call. */
  readonly commandLine: CommandLine
  /** Gives the answer of a command that asks: as data with `--json`, else as text. */
  readonly answer: (command: string, data: unknown, show: (look: Look) => string) => void
  /** Asks for yes or no, unless `--yes` said so already. */
  readonly confirm: (question: string) => Promise<boolean>
  readonly wiring: Omit<Wiring, 'openRun'>
  /** Finds and loads the playbook; without a name the one of `--playbook`, else the default. */
  readonly workspace: (playbook?: string) => Promise<Workspace>
  /** The same also where the playbook cannot be loaded, as far as that can be told from its history. */
  readonly place: (playbook?: string) => Promise<Place>
  /** Opens a run, gives it to `work`, and closes it whatever happens. By default it waits for others. */
  readonly withRun: <T>(
    workspace: Workspace,
    work: (run: Run) => Promise<T>,
    over?: Partial<RunOptions>,
  ) => Promise<T>
  /**
   * Reports a part of what a command does as a run of its own, with its own beginning and end. What it fails with is
   * reported too, and goes no further unless it is fatal.
   */
  readonly reportApart: (
    work: (emit: Emit) => Promise<unknown>,
    isFatal: (error: unknown) => boolean,
  ) => Promise<Finished>
}
