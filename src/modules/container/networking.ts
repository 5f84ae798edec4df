import type { Action, Readiness } from '../../core/action.ts'
import { distinctBy } from '../../core/distinct.ts'
import { portClaim } from '../../core/graph/claim.ts'
import type { Host } from '../../core/host.ts'
import type { Ref, Resolved } from '../../core/ref.ts'
import { isResource } from '../../core/resource.ts'
import { firstProblem, itemsProblem } from '../../core/rules/index.ts'
import { shownValue } from '../../core/text/shown-value.ts'
import type { ContainerNetwork } from './options.ts'
import type { ContainerProps } from './props.ts'

/** Where a container is on the network. */
export type Networking =
  /** On its host's own, which others know by this address. */
  | { readonly of: 'host'; readonly address: Ref<string> }
  /** On these, in the order of their names; without any on Docker's own bridge. */
  | { readonly of: 'networks'; readonly joined: readonly Joined[] }

interface Joined {
  readonly network: Ref<string>
  /** Its host. */
  readonly on: string
  /** Whether it has no way out. */
  readonly internal: boolean
}

/** What the option means; it makes no difference in which order networks are listed. */
export function networkingOf(host: Host, network: ContainerNetwork = []): Networking {
  if (network === 'host') return { of: 'host', address: host.address }
  const joined = isResource(network) ? [network] : network
  return {
    of: 'networks',
    joined: joined
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => ({ network: one.network, on: one.host, internal: one.internal })),
  }
}

/** Why what is given is neither the host's network nor any that can be joined; `publish` as it is given beside it. */
export function networkProblem(
  network: unknown,
  publish: Readonly<Record<string, unknown>>,
): string | undefined {
  if (network === 'host') {
    const key = Object.keys(publish).find((name) => publish[name] !== undefined)
    return key === undefined
      ? undefined
      : `publish.${key}: on the host's network all its ports answer at the host as they are (drop \`publish\`)`
  }
  if (network === undefined || isNetwork(network)) return undefined
  if (!isList(network))
    return `network: ${shownValue(network)} is not a network (write network(host, "…"), or "host" for the host's own)`
  if (network.length === 0) return "network: lists none (leave it out for Docker's own bridge)"
  const twice = network.find((one, i) => network.indexOf(one) < i)
  return firstProblem(
    itemsProblem('network', network, 'networks', (one, place) =>
      isNetwork(one) ? undefined : `${place}: ${shownValue(one)} is not a network (write network(host, "…"))`,
    ),
    twice === undefined ? undefined : `network: ${shownValue(twice)} is listed twice`,
  )
}

/** Rules for how a container is on the network, which types cannot say. */
export function networkingProblem({
  networking,
  published,
  runtime,
}: Pick<ContainerProps, 'networking' | 'published' | 'runtime'>): string | undefined {
  if (networking.of === 'host') {
    const name = Object.keys(runtime.sysctls).find((one) => one.startsWith('net.'))
    return name === undefined
      ? undefined
      : `sysctls.${name}: is the host's own on its network, and no container may change it (set it on the host)`
  }
  const { joined } = networking
  const [first] = published
  if (first === undefined || joined.length === 0 || joined.some(({ internal }) => !internal)) return undefined
  const its = joined.length > 1 ? 'its networks are all' : 'its network is'
  return `publish.${first.name}: ${its} internal, and Docker publishes no ports from there`
}

type Placed = Resolved<Pick<ContainerProps, 'name' | 'networking'>>

/** The networks that Docker shows of it, but for its own bridge. */
const networksOf = (networking: Placed['networking']): readonly string[] =>
  networking.of === 'host' ? ['host'] : networking.joined.map(({ network }) => network)

/** As the host's answer shows them. */
export const showNetworks = (names: readonly string[]): string => names.join(',')

/** How a plan tells where it is to be. */
export const showNetworking = (networking: Placed['networking']): string =>
  showNetworks(networksOf(networking)) || 'bridge'

/** What Docker is asked for when it is made. */
export function networkBody({ name, networking }: Placed) {
  const [mode] = networksOf(networking)
  return {
    HostConfig: mode === undefined ? {} : { NetworkMode: mode },
    NetworkingConfig:
      mode === undefined || networking.of === 'host'
        ? undefined
        : { EndpointsConfig: { [mode]: { Aliases: aliasesOf(name) } } },
  }
}

/** What puts it on its other networks before it is started: engines whose API is older than 1.44 take one when it is made. */
export const connections = ({ name, networking }: Placed, making: string): readonly Action[] =>
  networksOf(networking)
    .slice(1)
    .map((network) => ({ do: 'connect-container', name: making, network, aliases: aliasesOf(name) }))

/** While it is made under another name, others on the network must find it by its own. */
const aliasesOf = (name: string): readonly string[] => [name]

/** The ports of the host that it takes. On the host's network, two names may well stand for one port. */
export const portsTaken = ({
  networking,
  published,
}: Pick<ContainerProps, 'published'> & {
  readonly networking: Pick<Networking, 'of'>
}): ContainerProps['published'] => (networking.of === 'host' ? distinctBy(published, portClaim) : published)

/** How it tells that it is ready: on the host's network a program may listen at the one address that others know. */
export const readinessOn = (networking: Placed['networking'], ready: Readiness): Readiness =>
  networking.of === 'host' && 'port' in ready ? { ...ready, hostAddress: networking.address } : ready

const isNetwork = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'network' in value

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
