import type Dockerode from 'dockerode'
import type { Build } from '../../core/build/index.ts'
import type { Emit, Finished } from '../../core/event.ts'
import type { Plan } from '../../core/plan.ts'
import type { Destroyed, ProvidedHost, StrayHost } from '../../core/provider.ts'
import type { Status } from '../../core/status.ts'
import type { CommandLine } from '../../core/text/own-command.ts'
import type { BuildContext } from '../../engine/build/index.ts'
import type { IfLocked, Session } from '../../engine/session.ts'
import type { Workspace } from '../../engine/workspace.ts'
import type { EndProcess } from '../../transport/docker/container-process.ts'
import type { SharedReads } from '../../transport/files/shared-reads.ts'
import type { KeptRun } from './kept.ts'
import type { Record } from './seen.ts'

/** A host that is connected, as commands for people use it. */
export interface OpenHost {
  readonly provided: ProvidedHost
  /** The Docker API of the host, over its SSH connection. */
  readonly docker: Dockerode
  /** Ends a command that an exec has started in one of its containers. */
  readonly endProcess: EndProcess
}

/** A playbook in one environment, ready to be carried out or asked. */
export interface Run {
  /** The containers that the playbook lists. */
  readonly containers: readonly { readonly host: string; readonly name: string }[]
  /** What is built here for it. */
  readonly builds: readonly Build[]
  quickstart(): Promise<Finished>
  refresh(): Promise<Finished>
  plan(): Promise<Plan>
  apply(): Promise<Finished>
  /** Brings back a run of the history; what was kept of it was given when this was opened. */
  rollback(to: number): Promise<Finished>
  status(): Promise<Status>
  /** The hosts as their provider sees them, without a connection. */
  survey(): Promise<readonly ProvidedHost[]>
  /** Hosts that the playbook names no more. */
  strays(): Promise<readonly StrayHost[]>
  /** Connects to these hosts, or to all that run; closed with the run. */
  hosts(names?: readonly string[]): Promise<readonly OpenHost[]>
  stop(): Promise<void>
  start(): Promise<void>
  destroy(): Promise<Destroyed>
  redact(text: string): string
  close(): Promise<void>
}

export interface RunOptions {
  readonly emit: Emit
  readonly signal: AbortSignal
  readonly ifLocked: IfLocked
  /** How a command of ours is typed, in what is kept of the run. */
  readonly commandLine: CommandLine
  /** How hosts are connected; without it each anew. */
  readonly connect?: Session['connect']
  /** Where those that are connected so take small files from. */
  readonly reads?: SharedReads
  /** See `BuildContext`. */
  readonly builders?: NonNullable<BuildContext['builders']>
  /** See `BuildContext`. */
  readonly notice?: NonNullable<BuildContext['notice']>
  /** Which runs leave a journal. Default: all. */
  readonly record?: Record
  /** What is kept of a run, in place of builds. */
  readonly kept?: Pick<KeptRun, 'state' | 'build' | 'requireLatest'>
}

/**
 * Evaluates the playbook and opens what a run needs; touches no host yet.
 * @throws ProvisionError `usage` for wrong params, `playbook` for what cannot be carried out
 */
export type OpenRun = (workspace: Workspace, options: RunOptions) => Promise<Run>
