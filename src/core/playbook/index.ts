import type { Box } from '../box.ts'
import type { Endpoints } from '../endpoint.ts'
import { hostNamed, type Host } from '../host.ts'
import { noText } from '../no-text.ts'
import { refuseUnknown, type OptionNames } from '../rules/known-options.ts'
import type { CheckedSpecs } from './checked-specs.ts'
import { readParams, type ParamSpecs, type ParamValues } from './params.ts'
import { checkOptions, resourcesIn } from './rules.ts'
import type { Resource } from '../resource.ts'
import { reveal, type Text } from '../secret/index.ts'
import { strictRecord } from '../rules/strict.ts'

/** What the `resources` function of a playbook may give: resources, alone or in lists, under names or in a list. */
export type ResourceSet =
  readonly (Resource | readonly Resource[])[] | Readonly<Record<string, Resource | readonly Resource[]>>

/** What `after` gets for each resource: where its published ports answer; a list of that for a list of resources. */
export type Reach<R> = { readonly [K in keyof R]: ReachOne<R[K]> }

type ReachOne<T> = T extends { readonly publishes: readonly (infer P extends string)[] }
  ? Endpoints<P>
  : T extends readonly unknown[]
    ? Reach<T>
    : undefined

export interface PlaybookOptions<H extends string, P extends ParamSpecs, R extends ResourceSet> {
  /**
   * Lower-case letters, digits and dashes: it names nodes, networks and labels. Of several playbooks in a project with one name
   * only the first to be carried out has the environment, unless `--env` gives others theirs.
   */
  readonly name: string
  /** What the nodes of the embedded provider start from. */
  readonly box: Box
  /** The names of the hosts. */
  readonly hosts: readonly H[]
  readonly params?: P & CheckedSpecs<P>
  /**
   * Declares what should be so. Never touches a host; called once a run, with the params of that run. What is made with these
   * hosts has to be returned, or used by what is: anything else is refused.
   */
  readonly resources: (topology: {
    readonly hosts: { readonly [K in H]: Host<K> }
    readonly params: ParamValues<P>
  }) => R
  /**
   * Whether a run that fails takes back all that it changed, on all hosts, to what the last run that went well had made of
   * them. Without it each container that does not become ready is put back by itself, and what went well stays. What
   * `command` did and the data in volumes is not taken back, and nothing is when the user stops a run. Default false.
   */
  readonly transaction?: boolean
  /** Runs when all resources are as they should be, at every run: insert sample data here, by key. */
  readonly after?: (reach: Reach<R>, run: AfterRun<NoInfer<P>>) => Promise<void> | void
}

/** What `after` is given of its run. */
export interface AfterRun<P extends ParamSpecs = ParamSpecs> extends AfterMeans {
  /** As `resources` had them. */
  readonly params: ParamValues<P>
  /** The text of a secret, to log in with; it is masked in all that is shown. Nothing else in a playbook can read one. */
  readonly reveal: (value: Text) => string
}

/** What a run lends to `after`. */
interface AfterMeans {
  /** Shows a line to the user. */
  readonly log: (line: string) => void
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal
}

/** The result of evaluating a playbook with params: resources, not yet compared with any host. */
export interface Declaration {
  readonly resources: readonly Resource[]
  /** All that was made with the hosts of this evaluation, listed or not. */
  readonly made: readonly Resource[]
  readonly after:
    | ((reach: (resource: Resource) => Endpoints<string> | undefined, means: AfterMeans) => Promise<void>)
    | undefined
}

const brand = Symbol.for('provision.playbook')

export interface Playbook {
  readonly [brand]: true
  readonly name: string
  readonly box: Box
  readonly hosts: readonly string[]
  readonly params: ParamSpecs
  /** Whether a run that fails takes back all that it changed. */
  readonly transaction: boolean
  /** @throws ProvisionError `usage` when the given params do not fit; whatever the playbook's own code throws */
  declare(
    given: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string | undefined>>,
  ): Declaration
}

const names: OptionNames<PlaybookOptions<string, ParamSpecs, ResourceSet>> = {
  name: true,
  box: true,
  hosts: true,
  params: true,
  resources: true,
  transaction: true,
  after: true,
}

export const isPlaybook = (value: unknown): value is Playbook =>
  typeof value === 'object' && value !== null && brand in value

/**
 * Describes a system: its hosts, and what should be so on each. The default export of a playbook file.
 * @throws ProvisionError `playbook` for a name that cannot be one, a host listed twice and the like
 */
export function definePlaybook<
  const H extends string,
  const R extends ResourceSet,
  const P extends ParamSpecs = Record<never, never>,
>(options: PlaybookOptions<H, P, R>): Playbook {
  refuseUnknown('the playbook', options, names)
  checkOptions(options)
  const { name, box, hosts, params, resources, after, transaction = false } = options
  return {
    [brand]: true,
    name,
    box,
    hosts,
    params: params ?? {},
    transaction,
    declare(given, env) {
      const values = readParams<P>(params ?? none<P>(), given, env)
      const made: Resource[] = []
      const topology = topologyOf(hosts, (resource) => void made.push(resource))
      const set = resources({ hosts: topology, params: values })
      return {
        resources: resourcesIn(set),
        made,
        after:
          after && (async (reach, means) => after(reachOf(set, reach), { ...means, params: values, reveal })),
      }
    },
  }
}

/** A playbook without params has an empty record of them. */
function none<P extends ParamSpecs>(): P
function none(): ParamSpecs {
  return {}
}

type OnMade = Parameters<typeof hostNamed>[1]

function topologyOf<H extends string>(names: readonly H[], made: OnMade): { readonly [K in H]: Host<K> }
function topologyOf(names: readonly string[], made: OnMade): Record<string, Host> {
  const hosts = Object.fromEntries(names.map((name) => [name, hostNamed(name, made)]))
  const all = noText(hosts, 'the record of all hosts', 'name one of them: `hosts.NAME.address`')
  return strictRecord(all, 'the playbook has no host')
}

function reachOf<R extends ResourceSet>(
  set: R,
  reach: (resource: Resource) => Endpoints<string> | undefined,
): Reach<R>
function reachOf(set: ResourceSet, reach: (resource: Resource) => Endpoints<string> | undefined): unknown {
  const one = (item: Resource | readonly Resource[]) => ('kind' in item ? reach(item) : item.map(reach))
  if (Array.isArray(set)) return set.map(one)
  return Object.fromEntries(Object.entries(set).map(([key, item]) => [key, one(item)]))
}
