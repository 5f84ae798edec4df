import type { Action } from './action.ts'
import type { Change } from './change.ts'
import type { FormerContent } from './former-content.ts'
import type { HostState } from './provider.ts'

/** What a run would do to one resource; `ask` is to ask at its turn, and to update it only if need be. */
export type Operation = 'none' | 'create' | 'update' | 'recreate' | 'remove' | 'ask'

/** One resource in a plan. */
export interface Step {
  /** `app/container/user`. */
  readonly id: string
  readonly host: string
  readonly kind: string
  readonly name: string
  readonly operation: Operation
  readonly changes: readonly Change[]
  /** Ids of the steps that come before. */
  readonly needs: readonly string[]
  /** Of a step that changes nothing: what waits for it to come up, if it was started only just. */
  readonly actions: readonly Action[]
  /** What puts the former state back when an action fails. */
  readonly undo: readonly Action[]
  /** What belongs to that as well, and what the step needs has replaced. Default: nothing. */
  readonly former?: readonly FormerContent[]
}

/** A host that does not run: of a stopped one no step is planned, any other is planned as it will be made, empty. */
export interface AbsentHost {
  readonly name: string
  readonly state: Exclude<HostState, 'running'>
}

/** All resources with their changes and their order: what the dry run shows, the apply does and the JSON holds. */
export interface Plan {
  readonly playbook: string
  readonly environment: string
  /** In an order in which every step comes after what it needs. */
  readonly steps: readonly Step[]
  /** Only of a plan that is not carried out: a run has its hosts up before. */
  readonly absent?: readonly AbsentHost[]
}

/** The steps that would change something. */
export const changesIn = (plan: Plan): readonly Step[] =>
  plan.steps.filter((step) => step.operation !== 'none')

/** The steps that have something to do on a host: to change it, or to wait for what comes up there. */
export const workIn = (plan: Plan): readonly Step[] =>
  plan.steps.filter((step) => step.operation !== 'none' || step.actions.length > 0)

/** A plan as it was carried out, where these steps turned out to have nothing to do. */
export const asDone = (plan: Plan, needless: ReadonlySet<string>): Plan => ({
  ...plan,
  steps: plan.steps.map((step) => {
    if (needless.has(step.id)) return { ...step, operation: 'none' }
    return step.operation === 'ask' ? { ...step, operation: 'update' } : step
  }),
})

/** The steps in their order, but that what a step needs comes before it. */
export function inNeedOrder(steps: readonly Step[]): readonly Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const ordered = new Set<Step>()
  const path = new Set<Step>()
  const visit = (step: Step): void => {
    if (ordered.has(step) || path.has(step)) return
    path.add(step)
    for (const id of step.needs) {
      const need = byId.get(id)
      if (need) visit(need)
    }
    ordered.add(step)
  }
  steps.forEach(visit)
  return [...ordered]
}

/** The part of a plan that people and other programs read: no actions. */
export const planJson = ({ playbook, environment, steps, absent = [] }: Plan) => ({
  playbook,
  environment,
  steps: steps.map(({ id, host, kind, name, operation, changes, needs }) => ({
    id,
    host,
    kind,
    name,
    operation,
    changes,
    needs,
  })),
  ...(absent.length > 0 && { absent }),
})
