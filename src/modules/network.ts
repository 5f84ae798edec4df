import { isIPv4, isIPv6 } from 'node:net'
import { changeOf } from '../core/change.ts'
import type { Scope } from '../core/facts.ts'
import type { Host } from '../core/host.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import { resourceLabels } from '../core/label.ts'
import { defineModule, type ResourceOptions } from '../core/module.ts'
import type { NetworkResource } from '../core/mount.ts'
import { refuseForeign } from '../core/owned.ts'
import type { NetworkState } from '../core/probe.ts'
import { ref, type Ref } from '../core/ref.ts'
import { declaredTitle } from '../core/rules/refuse.ts'
import { resourceId } from '../core/resource.ts'
import { dockerNameProblem, driverProblem, firstProblem, flagProblem, quoted } from '../core/rules/index.ts'
import { shownValue } from '../core/text/shown-value.ts'

/** How the containers of a network reach each other and the rest. */
export interface NetworkOptions {
  /** Docker's network driver. Default `bridge`. */
  readonly driver?: string
  /** Its addresses, of IPv4, as `10.7.0.0/24`. Default: Docker's choice, and then not compared. */
  readonly subnet?: string
  /** Whether it has no way out of the host. Default false. */
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
  remedy: ({ host, name, driver, subnet, internal, scope }, _, state) => {
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
  return isFine ? undefined : `subnet: ${shownValue(subnet)} is not a subnet like "10.7.0.0/24"`
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
  const made = resource(host, name, { host: host.name, name, driver, subnet, internal, scope }, more)
  return Object.assign(made, {
    network: ref({ label: `${host.name}/network/${name}`, needs: [made] }, () => name),
  })
}
