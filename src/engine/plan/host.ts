import { once } from '../../core/async/once.ts'
import { isProvisionError, ProvisionError } from '../../core/error.ts'
import type { Facts } from '../../core/facts.ts'
import type { GraphNode } from '../../core/graph/index.ts'
import type { HostPort } from '../../core/host.ts'
import type { Beside, Bound, Settling, Verdict } from '../../core/module.ts'
import type { Step } from '../../core/plan.ts'
import type { Answer, OwnedObject, Probe } from '../../core/probe.ts'
import { allOf } from '../../core/track.ts'
import { leftoversIn, leftoversProbe } from '../../transport/files/leftovers.ts'
import { within } from '../../transport/time-limit.ts'
import type { Unreached } from '../hosts.ts'
import { combined } from './in-the-way.ts'
import type { Left } from './leftovers.ts'
import type { Machines } from './machines.ts'
import { networksIn } from './networks.ts'
import type { Judged } from './rechecks.ts'
import { isOrphan } from './removals.ts'
import { heldSubnets, subnetProbes, type Held } from './subnets.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** A resource with what the facts of the run make of it. */
export interface BoundNode {
  readonly node: GraphNode
  readonly bound: Bound
}

/** What there is on a host, and what its resources need. */
interface PlannedHost extends Left {
  readonly judged: readonly Judged[]
  /** Which networks its containers are on, by the ids of their resources. */
  readonly joined: readonly (readonly [string, readonly string[]])[]
  /** What is ours there and in the playbook no more. */
  readonly gone: readonly OwnedObject[]
  readonly held: readonly Held[]
}

/** What is to be known of a whole run, of which this may be a part. */
export interface Whole {
  /** Ids of all resources of the playbook. */
  readonly known: ReadonlySet<string>
  readonly machines: Machines
}

/**
 * Asks a host and judges what is there: one round trip; a further one where a module wants to look into folders, and one where
 * networks that go may be in the way.
 */
export async function planHost(
  nodes: readonly BoundNode[],
  host: HostPort,
  facts: Facts,
  { known, machines }: Whole,
  signal: AbortSignal,
): Promise<PlannedHost | Unreached> {
  const mine: Probe = { ask: 'owned', ...facts.scope }
  const now = Date.now()
  const probes = nodes.flatMap(probesOf)
  const paths = probes.flatMap((probe) => (probe.ask === 'stat' ? [probe.path] : []))
  const given = await answersOf(host, [mine, leftoversProbe(paths), { ask: 'machine' }, ...probes], signal)
  if ('error' in given) return given
  const [mineThere, left, machine, ...answers] = given.answers
  const resources = nodes.map(({ node }) => node.resource)
  await machines({ host, machine: typeof machine === 'string' ? machine : undefined, resources }, signal)
  const owned = isOwned(mineThere) ? mineThere : []
  const placed = once(() => new Set(nodes.flatMap(({ bound }) => bound.files())))
  let next = 0
  const parts = nodes.map(({ node, bound }) => {
    const part = answers.slice(next, (next += bound.probes.length))
    return { node, bound, part, looks: bound.lookInto(part) }
  })
  const inside = await lookInto(
    host,
    parts.flatMap(({ looks }) => looks),
    signal,
  )
  if ('error' in inside) return inside
  const judged = await allOf(
    parts.map(({ node, bound, part }) =>
      Promise.resolve().then(() => judge(node, bound.judge(part, { placed, inside }), now)),
    ),
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
    joined: parts.map(({ node, part }) => [node.id, networksIn(part)] as const),
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

/** What is in folders, by their paths: asked where there are any, which is rare. */
async function lookInto(
  host: HostPort,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Beside['inside'] | Unreached> {
  if (paths.length === 0) return new Map()
  const probes = paths.map((path) => ({ ask: 'inside', path }) as const)
  const given = await answersOf(host, probes, signal)
  if ('error' in given) return given
  return new Map(paths.map((path, i) => [path, insideOf(given.answers[i])]))
}

const insideOf = (answer: Answer): readonly string[] =>
  Array.isArray(answer) ? answer.filter((path) => typeof path === 'string') : []

const noAnswer = (host: string): ProvisionError =>
  new ProvisionError('host', `${host}: no answer to what was asked within ${patience / 1_000} s`, {
    help: `look whether a command of \`unless\` waits for something there: ${ownCommand('ssh', host)}`,
  })

/** Where a resource holds a secret, what it has run to find out may show it. */
const probesOf = ({ bound: { probes, secrets } }: BoundNode): readonly Probe[] =>
  secrets.length === 0
    ? probes
    : probes.map((probe) => (probe.ask === 'command' ? { ...probe, secret: true } : probe))

const isOwned = (answer: Answer): answer is readonly OwnedObject[] => Array.isArray(answer)

function judge(
  { id, needs, resource }: GraphNode,
  { changes, remedy, settling, recheck }: Verdict,
  now: number,
): Judged {
  const { kind, host, name, claims } = resource
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
    former: remedy?.former ?? [],
  }
  return { step, takes: claims, frees: remedy?.frees ?? [], recheck }
}

/** A host whose clock is ahead has it waited for once more, which costs little. */
const isRecent = ({ since, within }: Settling, now: number): boolean => now - Date.parse(since) < within
