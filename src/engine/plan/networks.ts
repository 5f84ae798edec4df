import { showChange } from '../../core/change.ts'
import { ProvisionError } from '../../core/error.ts'
import { inNeedOrder, type Step } from '../../core/plan.ts'
import type { Answer } from '../../core/probe.ts'
import { reachable } from '../../core/graph/reachable.ts'
import { resourceTitle } from '../../core/resource.ts'
import { after } from './after.ts'

/** The networks that containers are on now, by the ids of their steps. */
export type Joined = ReadonlyMap<string, readonly string[]>

/** The networks of the containers that a resource has asked for: its own, and what a killed run has left of it. */
export const networksIn = (answers: readonly Answer[]): readonly string[] =>
  answers.flatMap((answer) => (typeof answer === 'object' && 'networks' in answer ? answer.networks : []))

/**
 * The steps, with a network that goes or is made anew after the containers that are on it now: Docker removes none that is
 * in use, and one that is stopped does not start again without it.
 * @throws ProvisionError `conflict` for a network that a container needs to be made anew before it could leave it, or whose
 * addresses its new one needs
 */
export function afterLeaving(steps: readonly Step[], joined: Joined): readonly Step[] {
  const waits = new Map(steps.filter(isToGo).map((network) => [network, usersOf(network, steps, joined)]))
  if (waits.size === 0) return steps
  const waiting = steps.map((step) =>
    after(
      step,
      (waits.get(step) ?? []).map(({ id }) => id),
    ),
  )
  const needs = new Map(waiting.map((step) => [step.id, step.needs]))
  const needed = (id: string) => reachable(id, (one) => needs.get(one) ?? [])
  for (const [network, users] of waits) {
    const staying = users.filter((user) => needed(user.id).has(network.id))
    if (staying.length > 0)
      throw network.operation === 'remove' ? stillHeld(network, waiting, staying) : inUse(network, staying)
  }
  return inNeedOrder(waiting)
}

const isToGo = ({ kind, operation }: Step): boolean =>
  kind === 'network' && (operation === 'remove' || operation === 'recreate')

/** Of a container that goes it is not known what it is on. */
const usersOf = (network: Step, steps: readonly Step[], joined: Joined): readonly Step[] =>
  steps.filter(
    ({ id, host, kind, operation }) =>
      host === network.host &&
      ((kind === 'container' && operation === 'remove') || joined.get(id)?.includes(network.name)),
  )

const containersOf = (staying: readonly Step[]): string =>
  `${staying.length === 1 ? 'container' : 'containers'} ${staying.map(({ name }) => name).join(', ')}`

function inUse(network: Step, staying: readonly Step[]): ProvisionError {
  const changes = network.changes.map(showChange).join(', ')
  return new ProvisionError(
    'conflict',
    `${resourceTitle(network)}: it cannot be made anew (${changes}) with ${containersOf(staying)} on it`,
    { help: `give it another name (and subnet), and they move over; or ${takenOff}` },
  )
}

function stillHeld(network: Step, steps: readonly Step[], staying: readonly Step[]): ProvisionError {
  const taker = steps.find(({ kind, needs }) => kind === 'network' && needs.includes(network.id)) ?? network
  return new ProvisionError(
    'conflict',
    `${resourceTitle(taker)}: it takes the addresses of network ${network.name}, which ${containersOf(staying)} can leave only after it`,
    { help: `give it another subnet; or ${takenOff}` },
  )
}

const takenOff = 'take them off the network in one run, and put them back in the next'
