import { isIPv4, isIPv6 } from 'node:net'
import { changeOf } from '../core/change.ts'
import { cidrOf, overlap, parseAddress, parseCidr } from '../core/cidr.ts'
import { ProvisionError } from '../core/error.ts'
import type { Scope } from '../core/facts.ts'
import { nameClaim, subnetClaim } from '../core/graph/claim.ts'
import type { Host } from '../core/host.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import { resourceLabels } from '../core/label.ts'
import { defineModule, type ResourceOptions } from '../core/module.ts'
import type { NetworkResource } from '../core/mount.ts'
import { refuseForeign } from '../core/owned.ts'
import type { NetworkState } from '../core/probe.ts'
import { ref, type Ref, type Resolved } from '../core/ref.ts'
import { declaredTitle } from '../core/rules/refuse.ts'
import { resourceId, resourceTitle } from '../core/resource.ts'
import { dockerNameProblem, driverProblem, firstProblem, flagProblem, quoted } from '../core/rules/index.ts'
import { shownValue } from '../core/text/shown-value.ts'

/** How the containers of a network reach each other and the rest. */
export interface NetworkOptions {
  /** Docker's network driver. Default `bridge`. */
  readonly driver?: string
  /**
   * Its addresses, of IPv4, as `10.7.0.0/24`. None of them may be that of a host of the environment, which would be cut off,
   * and no two networks of a host may share any. Default: Docker's choice, and then not compared.
   */
  readonly subnet?: string
  /** Whether it has no way out of the host; containers on it can publish no ports then. Default false. */
  readonly internal?: boolean
}

const names: OptionNames<NetworkOptions> = { driver: true, subnet: true, internal: true }

interface Props {
  readonly host: string
  readonly name: string
  readonly driver: string
  readonly subnet: string | undefined
  readonly internal: boolean
  readonly scope: Ref<Scope>
  readonly hosts: Ref<readonly { readonly host: string; readonly address: string }[]>
}

const kind = 'network'

const resource = defineModule({
  kind,
  validate: ({ name, driver, subnet, internal }: Props) =>
    firstProblem(
      dockerNameProblem('name', name),
      ['bridge', 'host', 'none', 'default'].includes(name)
        ? `name: Docker has a network ${quoted(name)} of its own`
        : undefined,
      driverProblem('driver', driver),
      subnet === undefined ? undefined : subnetProblem(subnet),
      flagProblem('internal', internal),
    ),
  claims: ({ name, subnet }) => [
    nameClaim(kind, name),
    ...(subnet === undefined || subnetProblem(subnet) !== undefined ? [] : [subnetClaim(subnet)]),
  ],
  probe: ({ name }) => ({ network: { ask: 'network', name } as const }),
  parse: ({ network }, { host, name, scope }): NetworkState | undefined => {
    if (network) refuseForeign({ host, kind, name }, name, network.labels, scope)
    return network
  },
  diff: ({ name, driver, subnet, internal }, state) =>
    state
      ? [
          ...changeOf('driver', state.driver, driver),
          ...(subnet === undefined ? [] : changeOf('subnet', state.subnet, subnet)),
          ...changeOf('internal', String(state.internal), String(internal)),
        ]
      : changeOf('name', undefined, name),
  remedy: (props, _, state) => {
    refuseCuttingOff(props)
    const { host, name, driver, subnet, internal, scope } = props
    const body = {
      Driver: driver,
      Internal: internal,
      Labels: resourceLabels(scope, resourceId({ host, kind, name })),
      ...(subnet === undefined ? {} : { IPAM: { Config: [{ Subnet: subnet }] } }),
    }
    const create = { do: 'create-network', name, body } as const
    return state
      ? { operation: 'recreate', actions: [{ do: 'remove-network', name }, create] }
      : { operation: 'create', actions: [create] }
  },
})

function subnetProblem(subnet: unknown): string | undefined {
  const [address = '', bits = '', ...rest] = typeof subnet === 'string' ? subnet.split('/') : []
  if (isIPv6(address)) return `subnet: ${quoted(subnet)} is of IPv6; only subnets of IPv4 can be chosen here`
  const isFine = isIPv4(address) && rest.length === 0 && /^\d{1,2}$/.test(bits) && Number(bits) <= 32
  if (!isFine) return `subnet: ${shownValue(subnet)} is not a subnet like "10.7.0.0/24"`
  return Number(bits) > longestPrefix
    ? `subnet: ${quoted(subnet)} has no room for a gateway and a container (give it a prefix of ${longestPrefix} at most)`
    : undefined
}

/** Of a subnet with an address for a gateway and one for a container. */
const longestPrefix = 30

/**
 * Its host would look for such an address among its own containers. Only before it is made: one that is there has kept
 * nobody out. Of hosts that are known by a name this cannot be told.
 * @throws ProvisionError `playbook`
 */
function refuseCuttingOff({ host, name, subnet, hosts }: Resolved<Props>): void {
  const range = subnet === undefined ? undefined : parseCidr(subnet)
  const held = hosts.find(({ address }) => {
    const at = parseAddress(address)
    return range !== undefined && at !== undefined && overlap(range, cidrOf(at, 32))
  })
  if (!held) return
  throw new ProvisionError(
    'playbook',
    `${resourceTitle({ host, kind, name })}: subnet ${subnet} holds ${held.address}, the address of host ${held.host}, which it would cut off`,
    { help: 'give it another subnet, or none: then Docker chooses one that is free' },
  )
}

/**
 * A Docker network of a host. Containers that join it find each other by name. A change recreates it, which is refused
 * while planning as long as containers stay on it.
 */
export function network(
  host: Host,
  name: string,
  options: NetworkOptions = {},
  more?: ResourceOptions,
): NetworkResource {
  refuseUnknown(declaredTitle(host, kind, name), options, names)
  const { driver = 'bridge', subnet, internal = false } = options
  const scope = ref({ label: 'scope' }, (facts) => facts.scope)
  const hosts = ref({ label: 'hosts' }, (facts) =>
    [...facts.hosts].map(([one, { address }]) => ({ host: one, address })),
  )
  const made = resource(host, name, { host: host.name, name, driver, subnet, internal, scope, hosts }, more)
  return Object.assign(made, {
    internal,
    network: ref({ label: `${host.name}/network/${name}`, needs: [made] }, () => name),
  })
}
