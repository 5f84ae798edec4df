import type { Event, Failure, Finished } from '../event.ts'
import { planJson, type Plan } from '../plan.ts'

/** Raised when journals change their meaning: a newer tool reads older ones, an older one refuses newer ones by name. */
export const journalVersion = 1

/** The first line of a journal: who began which run, when, and with what. */
export interface JournalHead {
  /** Version of the journal's meaning. */
  readonly journal: number
  /** Counts the runs of an environment, from 1. */
  readonly number: number
  /** ISO 8601. */
  readonly at: string
  readonly command: string
  readonly playbook: string
  readonly environment: string
  readonly user: string
  /** The machine that the tool ran on. */
  readonly host: string
  readonly pid: number
  /** The params given to the run, secrets masked. */
  readonly params: Readonly<Record<string, string>>
  /** Of the tool, Node.js, and the Docker engine of this machine where it was asked. */
  readonly versions: Readonly<Record<string, string>>
  /** The playbook's file, relative to the project; runs of older versions did not tell. */
  readonly file?: string | undefined
  /** Git commit of the project, where it has one. */
  readonly commit?: string | undefined
}

/** One thing that a run did, gathered from the lines about it. */
export interface JournalTask {
  readonly id: string
  /** One of those that this tool knows, or that another version did. */
  readonly phase: string
  readonly host: string | undefined
  readonly title: string
  /** Milliseconds since the run began. */
  readonly startedMs: number
  /** `open`: the run ended before it did. */
  readonly state: 'done' | 'failed' | 'open'
  readonly durationMs: number | undefined
  readonly summary: string | undefined
}

/** A run as its journal tells it. */
export interface RunRecord {
  readonly head: JournalHead
  /** Without actions; undefined for a run that did not get so far, or plans nothing. */
  readonly plan: Plan | undefined
  readonly tasks: readonly JournalTask[]
  readonly failures: readonly Failure[]
  readonly notes: readonly string[]
  /** How it ended; undefined for one that was killed or is still at work. */
  readonly finished: Omit<Finished, 'event'> | undefined
  /** Digest of what is kept of it to roll back to; undefined for one that failed or made nothing. */
  readonly state: string | undefined
  /** Milliseconds from its begin to the last that is known of it. */
  readonly durationMs: number
  /** Lines that could not be read. */
  readonly damaged: number
}

export type Ending = 'ok' | 'failed' | 'interrupted' | 'killed' | 'running'

/**
 * How a run ended. Without an end it was killed, unless it is the one that holds the lock of its environment now; or it was told
 * to stop and did not manage that in good order.
 */
export function endingOf(
  { finished, failures, head }: RunRecord,
  atWork: { readonly pid: number; readonly host: string } | undefined,
): Ending {
  if (finished?.ok === true) return 'ok'
  const isStopped = failures.some(({ code }) => code === 'interrupted')
  if (finished) return isStopped ? 'interrupted' : 'failed'
  if (atWork?.pid === head.pid && atWork.host === head.host) return 'running'
  return isStopped ? 'interrupted' : 'killed'
}

const kept: ReadonlySet<string> = new Set<Event['event']>([
  ...(['planned', 'phase-finished', 'task-started', 'task-finished', 'task-failed'] as const),
  ...(['note', 'failed', 'finished'] as const),
])

/** Whether a journal keeps an event: what is only shown while it moves is not. */
export const isKept = (event: Event): boolean => kept.has(event.event)

/** Whether something is done to a host from this event on. */
export const touchesHosts = (event: Event): boolean =>
  event.event === 'task-started' && event.phase === 'apply'

/** How a run ended, and where what is kept of it can be found. */
export type RunEnd = Omit<Finished, 'event'> & Pick<RunRecord, 'state'>

/** The last line of a journal. */
export const journalEnd = (end: RunEnd): string =>
  JSON.stringify({ ms: Math.round(end.durationMs), event: 'finished', ...end })

/** A line of a journal. The event has been redacted before. */
export const journalLine = (event: Event, ms: number): string =>
  JSON.stringify({
    ms: Math.round(ms),
    ...(event.event === 'planned' ? { event: event.event, plan: planJson(event.plan) } : event),
  })
