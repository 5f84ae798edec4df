import { isProvisionError, ProvisionError } from '../../core/error.ts'
import type { Facts } from '../../core/facts.ts'
import type { Graph, GraphNode } from '../../core/graph/index.ts'
import type { HostPort } from '../../core/host.ts'
import type { Bound, Settling } from '../../core/module.ts'
import { refuseNewer } from '../../core/owned.ts'
import { refuseOverlaps } from '../../core/graph/places.ts'
import type { Plan, Step } from '../../core/plan.ts'
import type { Answer, OwnedObject, Probe } from '../../core/probe.ts'
import { helpOfAll } from '../../core/several.ts'
import type { Secret } from '../../core/secret/index.ts'
import { allOf } from '../../core/track.ts'
import { leftoversIn, leftoversProbe } from '../../transport/files/leftovers.ts'
import { within } from '../../transport/time-limit.ts'
import type { Unreached } from '../hosts.ts'
import { clearing, foundText } from './leftovers.ts'
import { afterLeaving, networksIn } from './networks.ts'
import { afterRemovals, isOrphan, removalsOf } from './removals.ts'
import { afterHolders, heldSubnets, subnetProbes } from './subnets.ts'
import { inTakingOrder, type Exchange } from './taking-order.ts'

interface BoundNode {
  readonly node: GraphNode
  readonly bound: Bound
}

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

/**
 * Asks every host, one round trip each and all at once, and compares what is there with what should be.
 * @param known ids of all resources of the playbook, where the graph is only a part of it
 * @throws ProvisionError `playbook` for files of two resources in each other's place, `conflict` for what is there but not ours
 */
export async function makePlan(
  graph: Pick<Graph, 'resources'>,
  hosts: ReadonlyMap<string, HostPort>,
  facts: Facts,
  signal: AbortSignal,
  known: ReadonlySet<string> = new Set(graph.resources.map(({ id }) => id)),
): Promise<Planned> {
  const nodes = graph.resources.map((node) => ({ node, bound: node.resource.bind(facts) }))
  refuseOverlaps(nodes.map(({ node: { resource }, bound: { files } }) => ({ resource, files })))
  const ofHosts = new Map([...hosts.keys()].map((name): [string, BoundNode[]] => [name, []]))
  for (const one of nodes) ofHosts.get(one.node.resource.host)?.push(one)
  const asked = await allOf(
    [...hosts.values()].map((port) => planHost(ofHosts.get(port.name) ?? [], port, facts, known, signal)),
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
  const declared = inTakingOrder(graph.resources.flatMap(({ id }) => judged.get(id) ?? []))
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

async function planHost(
  nodes: readonly BoundNode[],
  host: HostPort,
  facts: Facts,
  known: ReadonlySet<string>,
  signal: AbortSignal,
) {
  const mine: Probe = { ask: 'owned', ...facts.scope }
  const now = Date.now()
  const probes = nodes.flatMap(probesOf)
  const paths = probes.flatMap((probe) => (probe.ask === 'stat' ? [probe.path] : []))
  const given = await answersOf(host, [mine, leftoversProbe(paths), ...probes], signal)
  if ('error' in given) return given
  const [mineThere, left, ...answers] = given.answers
  const owned = isOwned(mineThere) ? mineThere : []
  let next = 0
  const parts = nodes.map(({ node, bound }) => {
    const part = answers.slice(next, (next += bound.probes.length))
    return { node, bound, part }
  })
  const judged = await allOf(
    parts.map(({ node, bound, part }) => Promise.resolve().then(() => judge(node, bound, part, now))),
    combined,
  )
  const gone = owned.filter((object) => isOrphan({ host: host.name, object }, known))
  const subnets = subnetProbes(
    gone,
    judged.map(({ step }) => step),
  )
  const told = subnets.length > 0 ? await answersOf(host, subnets, signal) : { answers: [] }
  if ('error' in told) return told
  return {
    host: host.name,
    owned,
    paths: leftoversIn(left),
    joined: parts.map(({ node, part }): [string, readonly string[]] => [node.id, networksIn(part)]),
    judged,
    gone,
    held: heldSubnets(host.name, subnets, told.answers),
  }
}

/** Longer than anything that only asks should take. Milliseconds. */
const patience = 120_000

/** The answers of a host, or why there are none; what only a host is to blame for concerns no other. */
async function answersOf(
  host: HostPort,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<{ readonly answers: readonly Answer[] } | Unreached> {
  try {
    const ask = (either: AbortSignal) => host.probe(probes, either)
    return { answers: await within(patience, () => noAnswer(host.name), signal, ask) }
  } catch (error) {
    if (isProvisionError(error) && error.code === 'host') return { host: host.name, error }
    throw error
  }
}

const noAnswer = (host: string): ProvisionError =>
  new ProvisionError('host', `${host}: no answer to what was asked within ${patience / 1_000} s`, {
    help: `look whether a command of \`unless\` waits for something there: provision ssh ${host}`,
  })

/** Where a resource holds a secret, what it has run to find out may show it. */
const probesOf = ({ bound: { probes, secrets } }: BoundNode): readonly Probe[] =>
  secrets.length === 0
    ? probes
    : probes.map((probe) => (probe.ask === 'command' ? { ...probe, secret: true } : probe))

const isOwned = (answer: Answer): answer is readonly OwnedObject[] => Array.isArray(answer)

function judge(
  { id, needs, resource }: GraphNode,
  bound: Bound,
  answers: readonly Answer[],
  now: number,
): Exchange {
  const { kind, host, name, claims } = resource
  const { changes, remedy, settling } = bound.judge(answers)
  const step: Step = {
    id,
    host,
    kind,
    name,
    operation: remedy?.operation ?? 'none',
    changes,
    needs,
    actions: remedy?.actions ?? (settling && isRecent(settling, now) ? settling.actions : []),
    undo: remedy?.undo ?? [],
  }
  return { step, takes: claims, frees: remedy?.frees ?? [] }
}

/** A host whose clock is ahead has it waited for once more, which costs little. */
const isRecent = ({ since, within }: Settling, now: number): boolean => now - Date.parse(since) < within

const afterClearing = (step: Step, clearings: readonly Step[]): Step => {
  const before = clearings.filter(({ host }) => host === step.host).map(({ id }) => id)
  return before.length > 0 ? { ...step, needs: [...step.needs, ...before] } : step
}

export function combined(errors: readonly unknown[]): Error {
  const known = errors.filter(isProvisionError).flatMap(partsOf)
  const first = known[0]
  const bug = errors.find((error) => !isProvisionError(error))
  if (!first || bug instanceof Error) return bug instanceof Error ? bug : new Error(String(bug))
  const more = known.map((error) => [error.message, error.output].filter(Boolean).join('\n')).join('\n')
  return new ProvisionError(first.code, `${known.length} things stand in the way`, {
    output: more,
    help: helpOfAll(known),
    cause: new AggregateError(known),
  })
}

/** Those of a host are combined before those of all hosts are. */
const partsOf = (error: ProvisionError): readonly ProvisionError[] =>
  error.cause instanceof AggregateError ? error.cause.errors.filter(isProvisionError) : [error]
