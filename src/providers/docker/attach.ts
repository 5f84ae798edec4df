import type { ProviderWatcher } from '../../core/provider.ts'
import { dockerStatus, found } from '../../transport/docker/error.ts'
import { cidrOf, parseAddress, showCidr } from '../../core/cidr.ts'
import { providerError, type Context } from './context.ts'
import { ensureNetwork } from './network.ts'
import type { FoundNode } from './survey.ts'

/**
 * Puts nodes that are to be started back onto the environment's network, which somebody may have taken away and which is
 * then made anew with the addresses that they had: other hosts and known keys go by them.
 */
export async function attachAll(
  context: Context,
  nodes: readonly FoundNode[],
  watch: ProviderWatcher,
): Promise<void> {
  const stopped = nodes.filter(({ host, state }) => state === 'stopped' && context.hosts.includes(host))
  const [first] = stopped
  if (!first) return
  const { engine, names, signal } = context
  try {
    const network = engine.getNetwork(names.network)
    const there = await found(network.inspect())
    if (!there) {
      await ensureNetwork({ ...context, subnet: context.subnet ?? subnetOf(first.address) })
      watch.note?.(`network ${names.network} of the nodes was gone; made anew`)
    }
    const { Id } = there ?? (await network.inspect())
    for (const node of stopped) if (node.network !== Id) await attach(context, node)
  } catch (error) {
    throw providerError(
      `network ${names.network} of the nodes was gone and cannot be made anew`,
      error,
      signal,
    )
  }
}

async function attach({ engine, names }: Context, { id, host, address }: FoundNode): Promise<void> {
  const network = engine.getNetwork(names.network)
  // What is left of the former network, which had the same name.
  await network.disconnect({ Container: id, Force: true }).catch((error: unknown) => {
    if (dockerStatus(error) === undefined) throw error
  })
  const EndpointConfig = { IPAMConfig: { IPv4Address: address }, Aliases: [host] }
  await network.connect({ Container: id, EndpointConfig })
}

/** Nodes get addresses of a network of this size unless told otherwise. */
const subnetOf = (address: string): string | undefined => {
  const number = parseAddress(address)
  return number === undefined ? undefined : showCidr(cidrOf(number, 24))
}
