import type { ProvidedHost, StrayHost } from '../../core/provider.ts'
import { quoteAll } from '../../core/quote.ts'
import { providedHost, sshOf, type Context } from './context.ts'
import { findNetwork } from './network.ts'
import { assignAddresses } from './subnet.ts'
import { listNodes, type FoundNode } from './survey.ts'

/** Looks for the nodes of a topology, and remembers what it saw last. */
export interface Surveyor {
  readonly survey: (context: Context) => Promise<readonly ProvidedHost[]>
  /** Nodes that the topology does not name. */
  readonly strays: () => readonly StrayHost[]
  /** Which ports of a node answer on loopback. */
  readonly portsOf: (host: string) => FoundNode['ports']
}

export function surveyor(hosts: readonly string[]): Surveyor {
  let seen: ReadonlyMap<string, FoundNode> = new Map()
  let strays: readonly StrayHost[] = []
  return {
    survey: async (context) => {
      const nodes = await listNodes(context)
      seen = new Map(nodes.map((node) => [node.host, node]))
      strays = nodes.filter(({ host }) => !hosts.includes(host)).map((node) => strayHost(context, node))
      if (hosts.every((host) => seen.has(host)))
        return hosts.flatMap((host) => hostOf(context, seen.get(host)))
      const network = await findNetwork(context)
      const has = new Map(nodes.map(({ host, address }) => [host, address]))
      const addresses = assignAddresses(hosts, network.subnet, has)
      return hosts.map((host) => {
        const node = seen.get(host)
        return node ? providedHost(context, node) : missingHost(context, host, addresses.get(host) ?? '')
      })
    },
    strays: () => strays,
    portsOf: (host) => seen.get(host)?.ports,
  }
}

const hostOf = (context: Context, node: FoundNode | undefined): readonly ProvidedHost[] =>
  node ? [providedHost(context, node)] : []

const strayHost = (context: Context, node: FoundNode): StrayHost => ({
  ...providedHost(context, node),
  removal: [
    quoteAll(['docker', 'rm', '-fv', node.container]),
    quoteAll(['docker', 'volume', 'rm', context.names.volume(node.host)]),
  ].join(' && '),
})

const missingHost = (context: Context, name: string, address: string): ProvidedHost => ({
  name,
  state: 'missing',
  isYoung: false,
  address,
  system: undefined,
  ssh: sshOf(context, { host: name, address, user: 'core', ports: undefined }),
})
