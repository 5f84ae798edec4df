import {
  endpointOf,
  isEverywhere,
  isLoopback,
  type Endpoint,
  type Endpoints,
  type PublishedPort,
} from '../core/endpoint.ts'
import type { NamedEndpoint } from '../core/event.ts'
import type { Graph } from '../core/graph/index.ts'
import { noText } from '../core/no-text.ts'
import type { ProvidedHost, Provider } from '../core/provider.ts'
import { resourceTitle, type Resource } from '../core/resource.ts'
import { strictRecord } from '../core/rules/strict.ts'
import { containerLabel } from '../core/text/container-label.ts'

/**
 * Where each published port of a resource answers on this machine; undefined for one that publishes nothing. A port that its
 * host publishes for itself alone answers nowhere here: to ask for it is refused.
 */
export const reachOf =
  (provider: Pick<Provider, 'reach'>, hosts: readonly ProvidedHost[]) =>
  (resource: Resource): Endpoints<string> | undefined => {
    const host = hosts.find(({ name }) => name === resource.host)
    if (!host || !resource.published) return undefined
    const title = resourceTitle(resource)
    const places = Object.entries(resource.published).flatMap(([name, published]): [string, Endpoint][] => {
      const place = placeOf(provider, host, published)
      if (!place) return []
      const { protocol } = published
      const endpoint = endpointOf(name, place.host, { port: place.port, protocol })
      return [
        [name, noText(endpoint, `${title}: its port ${name}`, 'write `.url` of it, or `.host` and `.port`')],
      ]
    })
    const all = noText(Object.fromEntries(places), title, 'name one of its ports, and write `.url` of that')
    return strictRecord(all, `${title}: from here it answers at no port`)
  }

function placeOf(
  provider: Pick<Provider, 'reach'>,
  host: ProvidedHost,
  { port, address }: PublishedPort,
): ReturnType<Provider['reach']> | undefined {
  if (isEverywhere(address) || address === host.address) return provider.reach(host, port)
  return isLoopback(address) && !isLoopback(host.address) ? undefined : { host: address, port }
}

/** All endpoints of a playbook, in its order. */
export function endpointsOf(
  graph: Graph,
  provider: Pick<Provider, 'reach'>,
  hosts: readonly ProvidedHost[],
): NamedEndpoint[] {
  const reach = reachOf(provider, hosts)
  const all = graph.resources.map(({ resource }) => resource).filter(({ published }) => published)
  return all.flatMap((resource) =>
    Object.entries(reach(resource) ?? {}).map(([name, endpoint]) => ({
      container: resource.name,
      called: containerLabel(resource, all),
      name,
      ...endpoint,
    })),
  )
}
