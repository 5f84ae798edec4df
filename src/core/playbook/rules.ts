import { isBox } from '../box.ts'
import { ProvisionError } from '../error.ts'
import { isResource, type Resource } from '../resource.ts'
import { isPlain } from '../ref.ts'
import { firstProblem, quoted } from '../rules/index.ts'
import { isObject } from '../rules/shape.ts'
import { builtIn } from '../text/shown-value.ts'

/** What nodes, networks, folders and labels are named after. */
const playbookName = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/
/** What a machine may be called, so that it can be one's name in DNS. */
const hostName = /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/

/**
 * Looks at what `definePlaybook` is given: playbooks run without a type check.
 * @throws ProvisionError `playbook`
 */
export function checkOptions(options: {
  readonly name: unknown
  readonly box: unknown
  readonly hosts: unknown
  readonly resources: unknown
  readonly params?: unknown
  readonly after?: unknown
  readonly transaction?: unknown
}): void {
  const { name, box, hosts, resources, params, after, transaction } = options
  const problem = firstProblem(
    typeof name === 'string' && playbookName.test(name) && name !== 'cache' && name !== 'failures'
      ? undefined
      : `name: ${described(name)} cannot name a playbook: lower-case letters, digits and dashes, 40 at most, and neither "cache" nor "failures"`,
    isBox(box) ? undefined : `box: ${described(box)} is not a box`,
    hostsProblem(hosts),
    paramsProblem(params),
    typeof resources === 'function' ? undefined : `resources: ${described(resources)} is not a function`,
    after === undefined || typeof after === 'function'
      ? undefined
      : `after: ${described(after)} is not a function`,
    transaction === undefined || typeof transaction === 'boolean'
      ? undefined
      : `transaction: ${described(transaction)} is neither true nor false`,
  )
  if (problem !== undefined) refuse(problem, 'correct it in the playbook')
}

function hostsProblem(hosts: unknown): string | undefined {
  if (!Array.isArray(hosts)) return `hosts: ${described(hosts)} is not a list of names`
  const names: readonly unknown[] = hosts
  return firstProblem(
    ...names.map((name, i) => {
      if (typeof name !== 'string' || !hostName.test(name))
        return `hosts: ${described(name)} cannot name a host: letters, digits and dashes, 63 at most`
      return names.indexOf(name) === i ? undefined : `hosts: ${quoted(name)} is listed twice`
    }),
  )
}

function paramsProblem(params: unknown): string | undefined {
  if (params === undefined) return undefined
  if (!isObject(params)) return `params: ${described(params)} is not a record of params`
  const [name, spec] = Object.entries(params).find(([, one]) => typeof one !== 'object' || one === null) ?? []
  return name === undefined
    ? undefined
    : `param ${name}: ${described(spec)} is not a param (write it like { type: "int", default: 5 })`
}

/**
 * What the `resources` function of a playbook gave, as one list. A promise, a generator or nothing at all must not pass for a
 * system without resources: all that runs would be removed.
 * @throws ProvisionError `playbook`
 */
export function resourcesIn(set: unknown): readonly Resource[] {
  if (set instanceof Promise)
    refuse(
      'resources: gives a promise',
      'take `async` away; what needs time belongs into artifacts or `after`',
    )
  if (isResource(set)) refuse('resources: gives a resource alone', 'put it into a list, or under a name')
  if (!isPlain(set))
    refuse(`resources: gives ${described(set)}`, 'return the resources, in a list or under names')
  return Object.entries(set).flatMap(([key, item]: [string, unknown]) =>
    Array.isArray(item)
      ? item.map((inner: unknown, i) => resourceAt(`${key}][${i}`, inner))
      : [resourceAt(key, item)],
  )
}

function resourceAt(place: string, item: unknown): Resource {
  if (isResource(item)) return item
  return refuse(
    `resources: gives at [${place}] ${described(item)}, not a resource`,
    'return what container(), file() and the like give',
  )
}

/** A wrong value, for people. */
function described(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value !== 'object' || value === null) return String(value)
  return builtIn(value) ?? `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'nothing in it'}`
}

function refuse(problem: string, help: string): never {
  throw new ProvisionError('playbook', `the playbook's ${problem}`, { help })
}
