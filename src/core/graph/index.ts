import { claimed, createClaims } from './claim.ts'
import { buildId, type Build } from '../build/index.ts'
import { ProvisionError } from '../error.ts'
import { refuseOverlaps } from './places.ts'
import { resourceId, resourceTitle, type Resource } from '../resource.ts'
import { didYouMean } from '../text/suggest.ts'

/** All resources of a playbook in an order in which each comes after what it needs. */
export interface Graph {
  readonly resources: readonly GraphNode[]
  /** What has to be built for them, each once. */
  readonly builds: readonly Build[]
}

export interface GraphNode {
  readonly id: string
  readonly resource: Resource
  /** Ids of what it needs directly. */
  readonly needs: readonly string[]
}

/**
 * Collects what the listed resources need, checks what can be checked without a host, and orders all.
 * @throws ProvisionError `playbook` for an unknown host, a broken rule, two resources with one id, a claim made twice, what lies
 * below a file, a cycle
 */
export function graphOf(listed: readonly Resource[], hosts: readonly string[]): Graph {
  const { nodes, declared } = collect(listed)
  const known = new Set(hosts)
  for (const { resource } of nodes.values()) {
    if (!known.has(resource.host)) {
      throw new ProvisionError(
        'playbook',
        `${resourceTitle(resource)}: the playbook has no host ${JSON.stringify(resource.host)}`,
        {
          help: didYouMean(resource.host, hosts),
        },
      )
    }
    if (resource.problem !== undefined) {
      throw new ProvisionError('playbook', `${resourceTitle(resource)}: ${resource.problem}`, {
        help: 'correct it in the playbook',
      })
    }
  }
  const order = ordered(nodes)
  checkClaims(order)
  refuseOverlaps(order.map(({ resource }) => ({ resource, files: () => claimed('file', resource.claims) })))
  return { resources: order, builds: buildsOf([...order.map(({ resource }) => resource), ...declared]) }
}

/** All that is declared, and what it comes to: shared resources of one id are one, which needs what any of them needs. */
function collect(listed: readonly Resource[]) {
  const nodes = new Map<string, GraphNode>()
  const declared = new Set<Resource>()
  const add = (resource: Resource): void => {
    if (declared.has(resource)) return
    declared.add(resource)
    const id = resourceId(resource)
    const known = nodes.get(id)
    if (known && !resource.shared) {
      throw new ProvisionError('playbook', `${resourceTitle(resource)} is declared twice`, {
        help: `give one of them another name, or declare it once and use that in both places`,
      })
    }
    const needs = resource.needs()
    const ids = new Set([...(known?.needs ?? []), ...needs.map(resourceId)])
    nodes.set(id, { id, resource: known?.resource ?? resource, needs: [...ids] })
    needs.forEach(add)
  }
  listed.forEach(add)
  return { nodes, declared }
}

/** Depth first in the order of the list, so that the order of a playbook shows in its plan. */
function ordered(nodes: ReadonlyMap<string, GraphNode>): GraphNode[] {
  const order: GraphNode[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (id: string): void => {
    if (done.has(id)) return
    if (path.includes(id)) {
      const cycle = [...path.slice(path.indexOf(id)), id].join(' → ')
      throw new ProvisionError('playbook', `these resources need each other in a circle: ${cycle}`, {
        help: 'take one of these references or `needs` out of the playbook',
      })
    }
    const node = nodes.get(id)
    if (!node) return
    path.push(id)
    node.needs.forEach(visit)
    path.pop()
    done.add(id)
    order.push(node)
  }
  for (const id of nodes.keys()) visit(id)
  return order
}

function checkClaims(nodes: readonly GraphNode[]): void {
  const take = createClaims<Resource>()
  for (const { resource } of nodes) {
    for (const claim of resource.claims) {
      const other = take(resource.host, claim, resource)
      if (other) {
        throw new ProvisionError(
          'playbook',
          `${resourceTitle(resource)}: ${claim} is already taken by ${other.kind} ${other.name}`,
          { help: 'give one of them another, or put it on another host' },
        )
      }
    }
  }
}

function buildsOf(resources: readonly Resource[]): Build[] {
  const builds = new Map<string, Build>()
  for (const resource of resources) {
    for (const build of resource.builds) {
      const known = builds.get(buildId(build))
      if (known && known !== build && JSON.stringify(known) !== JSON.stringify(build)) {
        throw new ProvisionError('playbook', `${buildId(build)} is declared twice, in different ways`, {
          help: 'declare it once and use that in both places, or give one of them another name',
        })
      }
      builds.set(buildId(build), build)
    }
  }
  return [...builds.values()]
}
