import type { Emit, Failure } from '../../core/event.ts'
import type { HostPort } from '../../core/host.ts'
import { workIn, type Plan, type Step } from '../../core/plan.ts'
import { createLanes } from '../lanes.ts'
import { restoringFrom, type FindKept } from './former-content.ts'
import { doStep } from './step.ts'

/** What became of the steps of a plan. */
export interface Applied {
  readonly changed: readonly string[]
  readonly unchanged: readonly string[]
  readonly failed: readonly { readonly id: string; readonly failure: Failure }[]
  /** Ids of the steps that were never begun, because something that they need failed or the run was interrupted. */
  readonly skipped: readonly string[]
}

interface Given {
  /** Ids of what is not in the plan because nobody knows how it is: as if it had failed. Default: none. */
  readonly lost?: Iterable<string>
  /** Where former content of files is to be had. Default: nowhere. */
  readonly kept?: FindKept
}

const nothingKept: FindKept = () => Promise.resolve(undefined)

/**
 * Does the plan: every step as soon as what it needs is done, on all hosts at once. What is ready together travels
 * together. A failed step is put back and holds up only the steps that need it.
 */
export async function applyPlan(
  plan: Plan,
  hosts: ReadonlyMap<string, HostPort>,
  signal: AbortSignal,
  emit: Emit,
  { lost = [], kept = nothingKept }: Given = {},
): Promise<Applied> {
  const lanes = createLanes(hosts, signal)
  // Putting back must work also after an interruption.
  const mending = createLanes(hosts, new AbortController().signal)
  // A stop is over within seconds: it does not wait for what takes time to send.
  const restoring = restoringFrom(plan, (digest) => (signal.aborted ? nothingKept(digest) : kept(digest)))
  const todo = workIn(plan)
  const reach = reachThrough(plan)
  const missing = new Set(lost)
  const results = new Map<string, Promise<Result>>()
  const failed: { id: string; failure: Failure }[] = []

  const run = async (step: Step): Promise<Result> => {
    const needs = [...reach(step)]
    const before = await Promise.all(needs.flatMap((id) => results.get(id) ?? []))
    const isHeldUp = needs.some((id) => missing.has(id)) || before.some((result) => !isFine(result))
    if (isHeldUp || signal.aborted) return 'skipped'
    const ended = await doStep(step, { perform: lanes, mend: mending, restoring }, emit)
    if (typeof ended === 'string') return ended
    failed.push({ id: step.id, failure: ended.failure })
    return 'failed'
  }
  // The plan's order puts needs first, so their promises are there when a step asks for them.
  for (const step of todo) results.set(step.id, run(step))

  const ended = await Promise.all([...results].map(async ([id, result]) => ({ id, result: await result })))
  const idsOf = (wanted: Result) => ended.filter(({ result }) => result === wanted).map(({ id }) => id)
  const needless = new Set(idsOf('needless'))
  const unchanged = new Set(
    plan.steps.filter(({ id, operation }) => operation === 'none' || needless.has(id)).map(({ id }) => id),
  )
  const spoilt = new Set(ended.filter(({ result }) => !isFine(result)).map(({ id }) => id))
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

type Result = 'done' | 'needless' | 'failed' | 'skipped'

const isFine = (result: Result): boolean => result === 'done' || result === 'needless'
