import type { Endpoints } from '../core/endpoint.ts'
import { endpointOf } from '../core/endpoint.ts'
import type { NamedEndpoint } from '../core/event.ts'
import type { Graph } from '../core/graph.ts'
import type { ProvidedHost, Provider } from '../core/provider.ts'
import type { Resource } from '../core/resource.ts'

/** Where each published port of a resource answers on this machine; undefined for one that publishes nothing. */
export const reachOf =
  (provider: Pick<Provider, 'reach'>, hosts: readonly ProvidedHost[]) =>
  (resource: Resource): Endpoints<string> | undefined => {
    const host = hosts.find(({ name }) => name === resource.host)
    if (!host || !resource.published) return undefined
    return Object.fromEntries(
      Object.entries(resource.published).map(([name, { port }]) => {
        const place = provider.reach(host, port)
        return [name, endpointOf(name, place.host, place.port)]
      }),
    )
  }

/** All endpoints of a playbook, in its order. */
export function endpointsOf(
  graph: Graph,
  provider: Pick<Provider, 'reach'>,
  hosts: readonly ProvidedHost[],
): NamedEndpoint[] {
  const reach = reachOf(provider, hosts)
  return graph.resources.flatMap(({ resource }) =>
    Object.entries(reach(resource) ?? {}).map(([name, endpoint]) => ({
      container: resource.name,
      name,
      ...endpoint,
    })),
  )
}
