import { setTimeout as sleep } from 'node:timers/promises'
import { laneOf, type Action } from '../core/action.ts'
import { ProvisionError } from '../core/error.ts'
import type { Emit, Failure } from '../core/event.ts'
import { oneLine } from '../core/text/one-line.ts'
import type { HostPort, HostWatcher, Outcome } from '../core/host.ts'
import { workIn, type Plan, type Step } from '../core/plan.ts'
import { resourceTitle } from '../core/resource.ts'
import { createLanes, type Perform } from './lanes.ts'
import { failureOf } from '../core/track.ts'

/** What became of the steps of a plan. */
export interface Applied {
  readonly changed: readonly string[]
  readonly unchanged: readonly string[]
  readonly failed: readonly { readonly id: string; readonly failure: Failure }[]
  /** Ids of the steps that were never begun, because something that they need failed or the run was interrupted. */
  readonly skipped: readonly string[]
}

/**
 * Does the plan: every step as soon as what it needs is done, on all hosts at once. What is ready together travels
 * together. A failed step is put back and holds up only the steps that need it.
 * @param lost ids of what is not in the plan because nobody knows how it is: as if it had failed
 */
export async function applyPlan(
  plan: Plan,
  hosts: ReadonlyMap<string, HostPort>,
  signal: AbortSignal,
  emit: Emit,
  lost: Iterable<string> = [],
): Promise<Applied> {
  const lanes = createLanes(hosts, signal)
  // Putting back must work also after an interruption.
  const mending = createLanes(hosts, new AbortController().signal)
  const todo = workIn(plan)
  const reach = reachThrough(plan)
  const missing = new Set(lost)
  const results = new Map<string, Promise<Result>>()
  const failed: { id: string; failure: Failure }[] = []

  const run = async (step: Step): Promise<Result> => {
    const needs = [...reach(step)]
    const before = await Promise.all(needs.flatMap((id) => results.get(id) ?? []))
    const isHeldUp = needs.some((id) => missing.has(id)) || before.some((result) => result !== 'done')
    if (isHeldUp || signal.aborted) return 'skipped'
    const failure = await doStep(step, { perform: lanes, mend: mending }, emit)
    if (failure) failed.push({ id: step.id, failure })
    return failure ? 'failed' : 'done'
  }
  // The plan's order puts needs first, so their promises are there when a step asks for them.
  for (const step of todo) results.set(step.id, run(step))

  const ended = await Promise.all([...results].map(async ([id, result]) => ({ id, result: await result })))
  const unchanged = new Set(plan.steps.filter(({ operation }) => operation === 'none').map(({ id }) => id))
  const spoilt = new Set(ended.filter(({ result }) => result !== 'done').map(({ id }) => id))
  const idsOf = (wanted: Result) => ended.filter(({ result }) => result === wanted).map(({ id }) => id)
  return {
    changed: idsOf('done').filter((id) => !unchanged.has(id)),
    unchanged: [...unchanged].filter((id) => !spoilt.has(id)),
    failed,
    skipped: idsOf('skipped'),
  }
}

/** What a step needs directly or through steps that have nothing to do: those are done already. */
function reachThrough(plan: Plan): (step: Step) => ReadonlySet<string> {
  const steps = new Map(plan.steps.map((step) => [step.id, step]))
  const known = new Map<string, ReadonlySet<string>>()
  const reach = (step: Step): ReadonlySet<string> => {
    const cached = known.get(step.id)
    if (cached) return cached
    const all = new Set<string>()
    for (const id of step.needs) {
      const need = steps.get(id)
      if (need?.operation === 'none' && need.actions.length === 0)
        reach(need).forEach((further) => all.add(further))
      else all.add(id)
    }
    known.set(step.id, all)
    return all
  }
  return reach
}

type Result = 'done' | 'failed' | 'skipped'

interface Means {
  readonly perform: Perform
  /** Like `perform`, but not stopped by an interruption. */
  readonly mend: Perform
}

async function doStep(step: Step, { perform, mend }: Means, emit: Emit): Promise<Failure | undefined> {
  const task = step.id
  const started = performance.now()
  emit({
    event: 'task-started',
    task,
    phase: 'apply',
    host: step.host,
    title: oneLine(`${step.kind} ${step.name}`),
  })
  let shown = 0
  const watch: HostWatcher = {
    line: (line) => emit({ event: 'task-output', task, line }),
    sent: (done, total) => {
      // Thousands of small files arrive in a second.
      if (done < total && done - shown < total / 100) return
      shown = done
      emit({ event: 'task-progress', task, done, total, unit: 'bytes' })
    },
  }
  const durationMs = () => performance.now() - started
  let hasTakenOver = false
  for (const together of stretchesOf(step.actions)) {
    const outcomes = await Promise.all(
      together.map((action) => perform(step.host, action, isQuestion(action) ? {} : watch)),
    )
    const at = tellingOf(outcomes)
    const bad = outcomes[at]
    if (bad?.ok !== false) {
      hasTakenOver ||= together.some((action) => action.do === 'rename-container' && action.handsOver)
      continue
    }
    const error = meaningOf(together[at], bad.error)
    // What still stops cannot be put back: the next run finds it half-way, and does.
    const failure = (await isStopping(step.host, together[at], mend))
      ? { ...failureOf(error), message: titled(step, error) }
      : hasTakenOver
        ? leftOver(step, error)
        : await putBack(step, error, mend, watch)
    emit({ event: 'task-failed', task, durationMs: durationMs(), failure })
    return failure
  }
  emit({
    event: 'task-finished',
    task,
    durationMs: durationMs(),
    summary: step.operation === 'none' ? 'ready' : step.operation,
  })
  return undefined
}

/** Which failure tells most: what another run brings by itself must not hide what it does not. -1 where all went well. */
function tellingOf(outcomes: readonly Outcome[]): number {
  const lasting = outcomes.findIndex((outcome) => !outcome.ok && outcome.error.code !== 'edited')
  return lasting >= 0 ? lasting : outcomes.findIndex(({ ok }) => !ok)
}

const isQuestion = (action: Action): boolean => action.do === 'run' && action.unmet !== undefined

/** That a purpose was not reached says more than which question told so. */
const meaningOf = (action: Action | undefined, error: ProvisionError): ProvisionError =>
  action?.do === 'run' && action.unmet !== undefined && error.code === 'action'
    ? new ProvisionError('action', action.unmet, {
        output: error.output,
        help: 'correct in the playbook what it runs, or what tells that it need not run',
      })
    : error

/** Docker goes on with a stop that nobody waits for any more. As long as an interruption has time for it. Milliseconds. */
const stopLimit = 1_000

/** Whether a container that was told to stop does not end in time. */
async function isStopping(host: string, action: Action | undefined, perform: Perform): Promise<boolean> {
  if (action?.do !== 'stop-container') return false
  const ended = perform(host, action, {}).then(() => false)
  return Promise.race([ended, sleep(stopLimit, true, { ref: false })])
}

/**
 * Files of a step that follow each other travel together, in their order, and so does a command with the question whether it has
 * reached its purpose; anything else, and what seals files, waits for what is before it.
 */
function stretchesOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const stretches: Action[][] = []
  for (const action of actions) {
    const last = stretches.at(-1)
    const isFile = (one: Action | undefined) => one !== undefined && laneOf(one) === 'files'
    const goesAlong = isQuestion(action) || (isFile(last?.[0]) && isFile(action) && !('seals' in action))
    if (last && goesAlong) last.push(action)
    else stretches.push([action])
  }
  return stretches
}

/** The failure of what was only to tidy up. */
function leftOver(step: Step, error: ProvisionError): Failure {
  const failure = failureOf(error)
  const message = `${titled(step, error)} (the new one has taken over)`
  return { ...failure, message, help: failure.help ?? 'the next run removes what is left of the former one' }
}

/** The failure of a step, with what became of its former state. */
async function putBack(
  step: Step,
  error: ProvisionError,
  perform: Perform,
  watch: HostWatcher,
): Promise<Failure> {
  const failure = failureOf(error)
  const message = titled(step, error)
  if (step.undo.length === 0) return { ...failure, message }
  const reasons = new Set<string>()
  for (const action of step.undo) {
    const outcome = await perform(step.host, action, watch)
    if (!outcome.ok) reasons.add(`the former state could not be put back: ${outcome.error.message}`)
  }
  if (reasons.size === 0) {
    const help = failure.log
      ? `provision history show (provision logs ${step.name}: the one that is back)`
      : failure.help
    return { ...failure, message: `${message} (the former one is back)`, help }
  }
  // That is no longer only a file that was saved meanwhile.
  const code = failure.code === 'edited' ? 'action' : failure.code
  return {
    ...failure,
    code,
    message,
    output: [failure.output, ...reasons].filter(Boolean).join('\n'),
  }
}

/** Whoever does a single action knows a path or a container, but not for which resource it is. */
function titled(step: Step, { about, reason, code, message }: ProvisionError): string {
  // The host as a whole has failed, or was left.
  if (typeof about === 'string' || (about === undefined && code === 'host')) return message
  const title = resourceTitle(step)
  const isResource =
    about === undefined || about.name === step.name || about.name === `${step.kind} ${step.name}`
  return isResource ? `${title}: ${reason}` : `${title}: ${about.name}: ${reason}`
}
