import type { Facts } from '../../core/facts.ts'
import { refuseOverlaps } from '../../core/graph/places.ts'
import type { Graph } from '../../core/graph/index.ts'
import type { HostPort } from '../../core/host.ts'
import { refuseNewer } from '../../core/owned.ts'
import type { Plan } from '../../core/plan.ts'
import type { Secret } from '../../core/secret/index.ts'
import { allOf } from '../../core/track.ts'
import type { Unreached } from '../hosts.ts'
import { planHost, type BoundNode, type Whole } from './host.ts'
import { combined } from './in-the-way.ts'
import { afterClearing, clearing, foundText } from './leftovers.ts'
import { createMachines } from './machines.ts'
import { afterLeaving } from './networks.ts'
import { withRechecks } from './rechecks.ts'
import { afterRemovals, removalsOf } from './removals.ts'
import { afterHolders } from './subnets.ts'
import { inTakingOrder } from './taking-order.ts'

export interface Planned {
  readonly plan: Plan
  /** What must not show in anything the run says from here on. */
  readonly secrets: readonly Secret[]
  /** Volumes of ours that the playbook no longer lists: they hold data and are never removed by a plan. */
  readonly keptVolumes: readonly { readonly host: string; readonly name: string }[]
  /** What there is of runs that were killed, in words. */
  readonly found: readonly { readonly host: string; readonly text: string }[]
  /** Hosts that did not answer: nothing of theirs is in the plan. */
  readonly unreached: readonly Unreached[]
}

export const wholeOf = ({ resources }: Pick<Graph, 'resources'>): Whole => ({
  known: new Set(resources.map(({ id }) => id)),
  machines: createMachines(),
})

/**
 * Asks every host, one round trip each and all at once, and compares what is there with what should be.
 * @param whole of the whole playbook, where the graph is only a part of it
 * @throws ProvisionError `playbook` for files of two resources in each other's place, `conflict` for what is there but not ours, and for hosts
 * that are one machine and have the same there
 */
export async function makePlan(
  graph: Pick<Graph, 'resources'>,
  hosts: ReadonlyMap<string, HostPort>,
  facts: Facts,
  signal: AbortSignal,
  whole: Whole = wholeOf(graph),
): Promise<Planned> {
  const nodes = graph.resources.map((node) => ({ node, bound: node.resource.bind(facts) }))
  refuseOverlaps(nodes.map(({ node: { resource }, bound: { files } }) => ({ resource, files })))
  const ofHosts = new Map([...hosts.keys()].map((name): [string, BoundNode[]] => [name, []]))
  for (const one of nodes) ofHosts.get(one.node.resource.host)?.push(one)
  const asked = await allOf(
    [...hosts.values()].map((port) => planHost(ofHosts.get(port.name) ?? [], port, facts, whole, signal)),
    combined,
  )
  const perHost = asked.flatMap((one) => ('error' in one ? [] : [one]))
  refuseNewer(
    perHost.flatMap(({ host, owned }) =>
      owned.map(({ type, name, version }) => ({ title: `${host} › ${type} ${name}`, version })),
    ),
  )
  const orphans = perHost.flatMap(({ host, gone }) => gone.map((object) => ({ host, object })))
  const removals = removalsOf(orphans)
  const judged = new Map(perHost.flatMap(({ judged }) => judged.map((one) => [one.step.id, one])))
  const declared = inTakingOrder(withRechecks(graph.resources.flatMap(({ id }) => judged.get(id) ?? [])))
  const clearings = perHost.flatMap(clearing)
  const joined = new Map(perHost.flatMap(({ joined }) => joined))
  const held = perHost.flatMap(({ held }) => held)
  const ready = declared.map((step) => afterHolders(afterRemovals(step, removals), held, removals))
  const steps = afterLeaving([...removals, ...ready], joined)
  return {
    plan: {
      playbook: facts.scope.playbook,
      environment: facts.scope.environment,
      steps: [...clearings, ...steps.map((step) => afterClearing(step, clearings))],
    },
    secrets: nodes.flatMap(({ bound }) => bound.secrets),
    keptVolumes: orphans.flatMap(({ host, object }) =>
      object.type === 'volume' ? [{ host, name: object.name }] : [],
    ),
    found: perHost.flatMap((left) => {
      const text = foundText(left)
      return text === undefined ? [] : [{ host: left.host, text }]
    }),
    unreached: asked.flatMap((one) => ('error' in one ? [one] : [])),
  }
}
