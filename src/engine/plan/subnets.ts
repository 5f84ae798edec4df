import type { Step } from '../../core/plan.ts'
import type { Answer, OwnedObject, Probe } from '../../core/probe.ts'
import { overlap, parseCidr } from '../../core/cidr.ts'
import { after } from './after.ts'

type NetworkProbe = Extract<Probe, { readonly ask: 'network' }>

/** A network that is in the playbook no more, and the addresses that it holds until it is removed. */
export interface Held {
  readonly host: string
  readonly name: string
  readonly subnet: string
}

/** What tells the addresses of networks that go; asked only where a new one wants some, which is rare. */
export const subnetProbes = (
  gone: readonly OwnedObject[],
  steps: readonly Step[],
): readonly NetworkProbe[] =>
  steps.some((step) => wantedSubnets(step).length > 0)
    ? gone.flatMap(({ type, name }) => (type === 'network' ? [{ ask: 'network', name }] : []))
    : []

/** The answers to these, in their order. */
export const heldSubnets = (
  host: string,
  probes: readonly NetworkProbe[],
  answers: readonly Answer[],
): readonly Held[] =>
  probes.flatMap(({ name }, i) => {
    const answer = answers[i]
    return typeof answer === 'object' && 'subnet' in answer && answer.subnet !== undefined
      ? [{ host, name, subnet: answer.subnet }]
      : []
  })

/** Docker makes no network with addresses that another one has: it comes after the removal of that one. */
export function afterHolders(step: Step, held: readonly Held[], removals: readonly Step[]): Step {
  const wanted = wantedSubnets(step)
  const holders = held.filter(
    ({ host, subnet }) => host === step.host && wanted.some((one) => clash(one, subnet)),
  )
  const before = removals.filter(({ host, kind, name }) =>
    holders.some((holder) => kind === 'network' && holder.host === host && holder.name === name),
  )
  return after(
    step,
    before.map(({ id }) => id),
  )
}

const wantedSubnets = ({ actions }: Step): readonly string[] =>
  actions.flatMap((action) =>
    action.do === 'create-network' ? (action.body.IPAM?.Config ?? []).map(({ Subnet }) => Subnet) : [],
  )

/** Ours are all of IPv4; one that somebody made of IPv6 holds none of theirs. */
function clash(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)]
  return a !== undefined && b !== undefined && overlap(a, b)
}
