import { deferred } from '../core/async/deferred.ts'
import type { Facts, Scope } from '../core/facts.ts'
import type { HostPort } from '../core/host.ts'
import type { Plan } from '../core/plan.ts'
import { allOf, inPhase } from '../core/track.ts'
import { applyPlan, type Applied } from './apply/index.ts'
import { createGate, type Gate } from './gate.ts'
import { renewedBy } from './former-images.ts'
import { planGroup, type Asked, type Group, type PlannedGroup } from './group.ts'
import type { HostLocks } from './host-locks.ts'
import { isSome, noneReached, type Unreached } from './hosts.ts'
import { combined } from './plan/in-the-way.ts'
import { wholeOf } from './plan/make.ts'
import { changesText, mergePlans, tellPlanned } from './plan/told.ts'
import { keptFile } from './rollback/kept-file.ts'
import type { Session } from './session.ts'

/** What became of a run on its hosts. */
export interface Carried extends Applied {
  readonly unreached: readonly Unreached[]
  /** What ended the work on a group of hosts while others were at work already. */
  readonly troubles: readonly unknown[]
  /** Hosts that may have former versions of images. */
  readonly renewed: readonly HostPort[]
  /** The locks that are still held. */
  readonly held: readonly HostLocks[]
}

type AppliedGroup = Applied & Pick<Carried, 'renewed'>

/**
 * How long who is ready waits for others, so that a plan is told as a whole: as long as they keep coming, and then this.
 * Milliseconds.
 */
const quiet = 500

/**
 * Plans and carries out each group of hosts as soon as its own hosts have answered, as the phases `plan` and `apply`. What
 * cannot be carried out ends all, as long as nothing was changed.
 */
export async function carryOut(session: Session, groups: readonly Group[], facts: Facts): Promise<Carried> {
  const { emit, graph } = session
  const whole = wholeOf(graph)
  const troubles: unknown[] = []
  const held = new Set<HostLocks>()
  const underWay = new Set(groups)
  const { gate, opened } = planGate(session, facts.scope, groups.length)
  const stages = groups.map((group) => {
    const asked = planGroup(session, group, facts, whole)
      .catch((error: unknown): Asked => {
        if (gate.giveUp(error instanceof Error ? error : new Error(String(error)))) throw error
        troubles.push(error)
        return { ready: undefined, unreached: [] }
      })
      .finally(() => underWay.delete(group))
    const applied = asked.then(async ({ ready }) => {
      if (!ready) {
        gate.leave()
        return undefined
      }
      const { locks } = ready
      if (locks) held.add(locks)
      await gate.arrive(ready)
      const applied = await applyGroup(session, ready, troubles)
      // While another group may wait for a lock, its owner may wait for one of these.
      if (locks && underWay.size > 0) {
        locks.release()
        held.delete(locks)
      }
      return applied
    })
    // Where all is given up, the plan says why.
    applied.catch(() => undefined)
    return { asked, applied }
  })
  const planning = inPhase(emit, 'plan', () => planned(stages.map(({ asked }) => asked)), planText)
  // It begins while others are still asked; when none ever answers, it does not.
  const applying = Promise.race([opened, planning.then(() => opened)]).then(() =>
    inPhase(emit, 'apply', () => appliedAll(stages.map(({ applied }) => applied)), applyText, isFine),
  )
  // Nothing goes on behind an error.
  await Promise.allSettled([planning, applying])
  try {
    const [asked, applied] = await Promise.all([planning, applying])
    return { ...applied, unreached: asked.flatMap((one) => one.unreached), troubles, held: [...held] }
  } catch (error) {
    for (const locks of held) locks.release()
    throw error
  }
}

/** Tells the plan of those who go through together with all that was told before, so that the last one told is whole. */
function planGate(
  session: Session,
  scope: Scope,
  expected: number,
): { gate: Gate<PlannedGroup>; opened: Promise<void> } {
  const plans: Plan[] = []
  const opening = deferred<undefined>()
  const gate = createGate<PlannedGroup>(expected, quiet, (through) => {
    plans.push(...through.map(({ planned }) => planned.plan))
    tellPlanned(
      session,
      through.map(({ planned }) => planned),
      mergePlans(scope, session.graph, plans),
    )
    opening.resolve(undefined)
  })
  return { gate, opened: opening.promise }
}

/** @throws ProvisionError when no host has answered */
async function planned(asking: readonly Promise<Asked>[]): Promise<readonly Asked[]> {
  const asked = await allOf(asking, combined)
  const unreached = asked.flatMap((one) => one.unreached)
  if (isSome(unreached) && asked.every(({ ready }) => !ready)) throw noneReached(unreached)
  return asked
}

const planText = (asked: readonly Asked[]): string =>
  changesText(asked.flatMap(({ ready }) => (ready ? [ready.planned.plan] : [])))

async function applyGroup(
  session: Session,
  { group, hosts, locks, planned: { plan } }: PlannedGroup,
  troubles: unknown[],
): Promise<AppliedGroup> {
  const lost = group.resources.filter(({ resource }) => !hosts.has(resource.host)).map(({ id }) => id)
  const { stateDir } = session.workspace
  const applied = await applyPlan(plan, hosts, locks?.signal ?? session.signal, session.emit, {
    lost,
    kept: (digest) => keptFile(stateDir, digest),
  })
  try {
    locks?.requireAll()
  } catch (error) {
    troubles.push(error)
  }
  return { ...applied, renewed: renewedBy(plan, applied.changed, hosts) }
}

/** What became of all groups together. */
async function appliedAll(applying: readonly Promise<AppliedGroup | undefined>[]): Promise<AppliedGroup> {
  const each = (await Promise.all(applying)).filter((one) => one !== undefined)
  return {
    changed: each.flatMap(({ changed }) => changed),
    unchanged: each.flatMap(({ unchanged }) => unchanged),
    failed: each.flatMap(({ failed }) => failed),
    skipped: each.flatMap(({ skipped }) => skipped),
    renewed: each.flatMap(({ renewed }) => renewed),
  }
}

const isFine = ({ failed, skipped }: Applied): boolean => failed.length === 0 && skipped.length === 0

function applyText({ changed, unchanged, failed, skipped }: Applied): string {
  const bad = [
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} not begun`] : []),
  ]
  return [`${changed.length} changed`, `${unchanged.length} unchanged`, ...bad].join(', ')
}
