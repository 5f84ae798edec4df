import type { RunRecord } from './journal.ts'

/** A run of the history, as far as rolling back is concerned. */
export interface PastRun {
  readonly number: number
  readonly command: string
  readonly ok: boolean
  /** Whether it was to bring the system to what a playbook says, as `stop` and `destroy` are not. */
  readonly planned: boolean
  /** Whether it did anything to a host. */
  readonly touched: boolean
  /** Digest of what is kept of it. */
  readonly state: string | undefined
}

export const pastRun = ({ head, finished, plan, tasks, state }: RunRecord): PastRun => ({
  number: head.number,
  command: head.command,
  ok: finished?.ok === true,
  planned: plan !== undefined,
  touched: tasks.some(({ phase }) => phase === 'apply'),
  state,
})

/** Those that can be rolled back to, the newest first. */
export const rollbackTargets = (runs: readonly PastRun[], kept: ReadonlySet<string>): readonly PastRun[] =>
  newestFirst(runs).filter(({ ok, state }) => ok && state !== undefined && kept.has(state))

/** The last run that went well before the latest one that did anything: where the system was before that. */
export function formerRun(runs: readonly PastRun[], kept: ReadonlySet<string>): PastRun | undefined {
  const latest = newestFirst(runs).find(({ touched }) => touched)
  if (!latest) return undefined
  const isOther = ({ number, state }: PastRun) =>
    number < latest.number && !(latest.ok && state === latest.state)
  return rollbackTargets(runs, kept).find(isOther)
}

/** Why there is no such run, though there are some that can be rolled back to by their numbers. */
export function whyNoFormer(runs: readonly PastRun[], kept: ReadonlySet<string>): string {
  const latest = newestFirst(runs).find(({ touched }) => touched)
  if (!latest) return 'no run has changed anything yet'
  const change = `run ${latest.number}, the latest that changed something`
  return rollbackTargets(runs, kept).some(({ number }) => number < latest.number)
    ? `all that is kept from before ${change}, is the same as that run made`
    : `nothing is kept from before ${change}`
}

/**
 * The run after which the system was last as it should be, whether it is kept or not; undefined when none has gone well, or
 * none since the environment was destroyed.
 */
export function lastGood(runs: readonly PastRun[]): PastRun | undefined {
  const last = newestFirst(runs).find(({ ok, planned, command }) => ok && (planned || command === 'destroy'))
  return last?.planned === true ? last : undefined
}

const newestFirst = <R extends Pick<PastRun, 'number'>>(runs: readonly R[]): readonly R[] =>
  [...runs].sort((a, b) => b.number - a.number)

/** So many different states are kept: those of the latest runs. */
export const keptStates = 10

/** The states that stay, of runs given with what each is kept under. */
export const statesToKeep = (runs: readonly Pick<PastRun, 'number' | 'state'>[]): ReadonlySet<string> =>
  new Set(
    [...new Set(newestFirst(runs).flatMap(({ state }) => (state === undefined ? [] : [state])))].slice(
      0,
      keptStates,
    ),
  )
