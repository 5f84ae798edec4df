import { createClaims } from '../../core/graph/claim.ts'
import { ProvisionError } from '../../core/error.ts'
import type { Step } from '../../core/plan.ts'
import { resourceTitle } from '../../core/resource.ts'
import { after } from './after.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** A step with the claims that its resource has by it, and those that it had before and gives up. */
export interface Exchange {
  readonly step: Step
  readonly takes: readonly string[]
  readonly frees: readonly string[]
}

interface Wait {
  readonly on: Exchange
  readonly claim: string
}

/**
 * The steps in an order in which whoever takes a port comes after whoever gives it up.
 * @throws ProvisionError `conflict` where that one comes after it for another reason, as where two swap their ports
 */
export function inTakingOrder(all: readonly Exchange[]): readonly Step[] {
  const steps = all.map(({ step }) => step)
  const giving = all.filter(({ frees }) => frees.length > 0)
  if (giving.length === 0) return steps
  const waits = waitsOf(all, giving)
  const byId = new Map(all.map((one) => [one.step.id, one]))
  const ordered: Step[] = []
  const done = new Set<Exchange>()
  const visit = (one: Exchange, path: readonly Exchange[]): void => {
    if (done.has(one)) return
    if (path.includes(one)) throw inCircle([...path.slice(path.indexOf(one)), one], waits)
    const { step } = one
    const waiting = (waits.get(one) ?? []).map(({ on }) => on)
    for (const need of [...step.needs.flatMap((id) => byId.get(id) ?? []), ...waiting])
      visit(need, [...path, one])
    done.add(one)
    const more = waiting.map(({ step: { id } }) => id).filter((id) => !step.needs.includes(id))
    ordered.push(after(step, more))
  }
  for (const one of all) visit(one, [])
  return ordered
}

function waitsOf(
  all: readonly Exchange[],
  giving: readonly Exchange[],
): ReadonlyMap<Exchange, readonly Wait[]> {
  const find = createClaims<Exchange>()
  for (const one of giving) for (const claim of one.frees) find(one.step.host, claim, one)
  const waits = new Map<Exchange, readonly Wait[]>()
  for (const one of all) {
    if (one.step.operation === 'none') continue
    const found = one.takes.flatMap((claim): readonly Wait[] => {
      const on = find(one.step.host, claim, one)
      return on === undefined || on === one ? [] : [{ on, claim }]
    })
    if (found.length > 0) waits.set(one, found)
  }
  return waits
}

function inCircle(
  circle: readonly Exchange[],
  waits: ReadonlyMap<Exchange, readonly Wait[]>,
): ProvisionError {
  const [first] = circle.flatMap((one, i) =>
    (waits.get(one) ?? []).filter(({ on }) => on === circle[i + 1]).map((wait) => ({ one, ...wait })),
  )
  if (!first) throw new Error('a playbook whose resources need each other in a circle was let through')
  const { one, on, claim } = first
  const { host, name } = on.step
  return new ProvisionError(
    'conflict',
    `${resourceTitle(one.step)}: it takes ${claim} of container ${name}, which gives that up only after it`,
    {
      help: `stop that one first, the run starts it again: ${ownCommand('ssh', host)}, then docker stop ${name}`,
    },
  )
}
