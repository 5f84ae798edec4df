import type { Endpoint } from './endpoint.ts'
import type { ErrorCode } from './error.ts'
import type { Plan } from './plan.ts'
import type { Traffic } from './traffic.ts'

/** The parts of a run, in the order in which they are shown; several are under way at once. `back` takes back a failed one. */
export const phases = ['box', 'nodes', 'build', 'plan', 'apply', 'after', 'back'] as const
export type Phase = (typeof phases)[number]

/** What people read of an error. */
export interface Failure {
  readonly code: ErrorCode | 'bug'
  readonly message: string
  /** Where in a file of the user it began: `FILE:LINE:COLUMN`. */
  readonly place?: string
  readonly output?: string | undefined
  /** The log of what failed, as far as it was kept: what has gone by now shows no other. */
  readonly log?: readonly string[] | undefined
  readonly help?: string | undefined
}

/** An endpoint with the container that it belongs to. */
export interface NamedEndpoint extends Endpoint {
  readonly container: string
  /** How commands take that container: with its host where several hosts have one of that name. */
  readonly called: string
  readonly name: string
}

/** Everything a run tells, as data: terminals, plain logs and JSON are made from nothing else. */
export type Event =
  | {
      readonly event: 'started'
      readonly command: string
      readonly playbook: string
      readonly environment: string
    }
  | { readonly event: 'phase-started'; readonly phase: Phase }
  | {
      readonly event: 'phase-finished'
      readonly phase: Phase
      readonly ok: boolean
      readonly durationMs: number
      readonly summary: string
    }
  | {
      readonly event: 'task-started'
      readonly task: string
      readonly phase: Phase
      readonly host?: string
      readonly title: string
    }
  | { readonly event: 'task-output'; readonly task: string; readonly line: string }
  | {
      readonly event: 'task-progress'
      readonly task: string
      readonly done: number
      readonly total: number
      readonly unit: 'bytes' | 'steps'
    }
  | {
      readonly event: 'task-finished'
      readonly task: string
      readonly durationMs: number
      readonly summary?: string
      /** Asked at its turn, it had nothing to do. */
      readonly needless?: true
    }
  | {
      readonly event: 'task-failed'
      readonly task: string
      readonly durationMs: number
      readonly failure: Failure
    }
  /** A part of a run that is no task, such as asking a host; told when it is over. */
  | {
      readonly event: 'timed'
      readonly what: string
      readonly host?: string
      readonly durationMs: number
    }
  /** What has gone over the connections to a host, told when they are no longer needed. */
  | { readonly event: 'traffic'; readonly host: string; readonly traffic: Traffic }
  | { readonly event: 'planned'; readonly plan: Plan }
  /** Why a watch runs again: what changed, by paths relative to the project. */
  | { readonly event: 'edited'; readonly files: readonly string[] }
  /** A watch is at rest: from now on a change of one of that many files makes a run. */
  | { readonly event: 'watching'; readonly files: number }
  /**
   * A `detail` is for those who look closely; `not-begun` is what a failure has held up, `stray` a host that the playbook
   * names no more.
   */
  | {
      readonly event: 'note'
      readonly level: 'info' | 'warning' | 'detail'
      readonly kind?: 'not-begun' | 'stray'
      readonly text: string
    }
  | { readonly event: 'endpoints'; readonly endpoints: readonly NamedEndpoint[] }
  | { readonly event: 'failed'; readonly failure: Failure }
  /** A run failed, and what explains it was written here: an absolute path. */
  | { readonly event: 'capsule'; readonly path: string }
  /** The answer of a command that only asks, such as `status`. */
  | { readonly event: 'result'; readonly command: string; readonly data: unknown }
  | Finished

/** The last event of every run. */
export interface Finished {
  readonly event: 'finished'
  readonly ok: boolean
  readonly changed: number
  readonly unchanged: number
  readonly failed: number
  readonly durationMs: number
  /** In a watch: files were saved meanwhile, and what is left because of that is for the next run. */
  readonly again?: true
}

export type Emit = (event: Event) => void
