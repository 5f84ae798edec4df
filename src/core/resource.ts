import { oneLine } from './text/one-line.ts'
import type { Bound } from './module.ts'
import type { Build } from './build/index.ts'
import type { PublishedPort } from './endpoint.ts'
import type { Facts } from './facts.ts'

/** One thing on one host that should be so. Made by `file`, `container` and the like; a playbook lists them. */
export interface Resource {
  readonly kind: string
  /** The name of its host in the topology. */
  readonly host: string
  /** Unique for its kind and host. */
  readonly name: string
  /** What must be so before. Lazy, so that two resources can name each other (and be told off for the cycle). */
  readonly needs: () => readonly Resource[]
  /** What must be built before. */
  readonly builds: readonly Build[]
  /** Whether a second declaration with the same id means the same thing; else it is a mistake. */
  readonly shared: boolean
  /** What no other resource of a host may have as well: `port 80/tcp`. */
  readonly claims: readonly string[]
  /** A reason why it cannot be carried out whatever the hosts say; undefined when fine. */
  readonly problem: string | undefined
  /** The ports at which it answers on its host, by their names in the playbook. */
  readonly published?: Readonly<Record<string, PublishedPort>>
  /** A resource whose facts are known, ready to be compared with its host. */
  bind(facts: Facts): Bound
}

export const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && 'kind' in value && 'needs' in value && 'bind' in value

/** Unique in a playbook, and what people see: `app/container/user`. */
export const resourceId = (resource: { host: string; kind: string; name: string }): string =>
  `${resource.host}/${resource.kind}/${resource.name}`

/** How a resource is called in messages: `app › container user`. */
export const resourceTitle = (resource: { host: string; kind: string; name: string }): string =>
  `${resource.host} › ${resource.kind} ${oneLine(resource.name)}`
