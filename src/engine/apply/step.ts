import { setTimeout as sleep } from 'node:timers/promises'
import { laneOf, type Action } from '../../core/action.ts'
import { ProvisionError } from '../../core/error.ts'
import type { Emit, Failure } from '../../core/event.ts'
import { oneLine } from '../../core/text/one-line.ts'
import type { HostWatcher, Outcome } from '../../core/host.ts'
import type { Operation, Step } from '../../core/plan.ts'
import type { Perform } from '../lanes.ts'
import type { Means } from './means.ts'
import { leftOver, putBack, stepFailure } from './step-failure.ts'

/** How a step ended: why it failed, with what became of its former state then; or that it had nothing to do at its turn. */
export type Ended = { readonly failure: Failure } | 'done' | 'needless'

/** Does what a step has to do and tells of it. */
export async function doStep(step: Step, means: Means, emit: Emit): Promise<Ended> {
  const { id: task, host, kind, name, operation } = step
  const started = performance.now()
  emit({ event: 'task-started', task, phase: 'apply', host, title: oneLine(`${kind} ${name}`) })
  const ended = await doActions(step, means, watcherOf(task, emit))
  const durationMs = performance.now() - started
  if (ended === 'needless')
    emit({ event: 'task-finished', task, durationMs, summary: 'nothing to do', needless: true })
  else if (ended === 'done') emit({ event: 'task-finished', task, durationMs, summary: summaries[operation] })
  else emit({ event: 'task-failed', task, durationMs, ...ended })
  return ended
}

/** What is said of a step that was done. */
const summaries: Readonly<Record<Operation, string>> = {
  none: 'ready',
  create: 'create',
  update: 'update',
  recreate: 'recreate',
  remove: 'remove',
  ask: 'update',
}

/** Tells what is said and sent for a task. */
function watcherOf(task: string, emit: Emit): HostWatcher {
  let shown = 0
  return {
    line: (line) => emit({ event: 'task-output', task, line }),
    sent: (done, total) => {
      // Thousands of small files arrive in a second.
      if (done < total && done - shown < total / 100) return
      shown = done
      emit({ event: 'task-progress', task, done, total, unit: 'bytes' })
    },
  }
}

async function doActions(step: Step, means: Means, watch: HostWatcher): Promise<Ended> {
  const { perform, mend } = means
  let hasTakenOver = false
  let isNeedless = false
  for (const together of stretchesOf(step.actions)) {
    const outcomes = await Promise.all(
      together.map((action) => perform(step.host, action, isQuestion(action) ? {} : watch)),
    )
    const at = tellingOf(outcomes)
    const bad = outcomes[at]
    if (bad?.ok === false) {
      const error = meaningOf(together[at], bad.error)
      // What still stops cannot be put back: the next run finds it half-way, and does.
      if (await isStopping(step.host, together[at], mend)) return { failure: stepFailure(step, error) }
      return { failure: hasTakenOver ? leftOver(step, error) : await putBack(step, error, means, watch) }
    }
    isNeedless ||= outcomes.some((outcome) => outcome.ok && outcome.needless)
    hasTakenOver ||= together.some((action) => action.do === 'rename-container' && action.handsOver)
  }
  return isNeedless ? 'needless' : 'done'
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
