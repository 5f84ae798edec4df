import type { Graph } from './index.ts'

/**
 * Hosts in groups that need nothing of each other, so that each group can be planned and carried out by itself: two hosts are
 * in one group when a resource on one needs a resource on the other, directly or through others. In the order of the hosts.
 */
export function hostGroups(
  { resources }: Pick<Graph, 'resources'>,
  hosts: readonly string[],
): readonly (readonly string[])[] {
  const hostOf = new Map(resources.map(({ id, resource }) => [id, resource.host]))
  const parents = new Map(hosts.map((host) => [host, host]))
  const rootOf = (host: string): string => {
    const parent = parents.get(host) ?? host
    if (parent === host) return host
    const root = rootOf(parent)
    parents.set(host, root)
    return root
  }
  for (const { resource, needs } of resources) {
    for (const need of needs) {
      const other = hostOf.get(need)
      if (other !== undefined && other !== resource.host) parents.set(rootOf(other), rootOf(resource.host))
    }
  }
  const groups = new Map<string, string[]>()
  for (const host of hosts) {
    const root = rootOf(host)
    const group = groups.get(root)
    if (group) group.push(host)
    else groups.set(root, [host])
  }
  return [...groups.values()]
}

/** Ids of the resources on some hosts, and of all that need one of them, directly or through others. */
export function onHostsOrNeeding(
  { resources }: Pick<Graph, 'resources'>,
  hosts: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set<string>()
  // What is needed comes first.
  for (const { id, resource, needs } of resources) {
    if (hosts.has(resource.host) || needs.some((need) => found.has(need))) found.add(id)
  }
  return found
}
