import type Dockerode from 'dockerode'
import type { ErrorDetails, ProvisionError } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import type { ProvidedHost } from '../../core/provider.ts'
import { dockerError } from '../../transport/docker/error.ts'
import type { KeyFiles } from './keys.ts'
import type { Names } from './names.ts'
import type { FoundNode } from './survey.ts'

/** What every part of the provider needs to know of its environment. */
export interface Context {
  readonly engine: Dockerode
  readonly names: Names
  readonly keys: KeyFiles
  /** Of the topology, in its order. */
  readonly hosts: readonly string[]
  /** The ports that a host publishes; asked for only where they are published on loopback. */
  readonly ports: (host: string) => readonly number[]
  /** The subnet that the nodes must have; undefined for the next free one. */
  readonly subnet: string | undefined
  /** The value of `PROVISION_REACH`. */
  readonly reach: string | undefined
  /** Milliseconds after which a node that is no host yet counts as failed. */
  readonly readyLimit: number
  readonly signal: AbortSignal
}

/** What failed, as users read it; errors of ours pass through. */
export const providerError = (
  what: string,
  error: unknown,
  signal: AbortSignal,
  details: Pick<ErrorDetails, 'help'> = {},
): ProvisionError => dockerError(what, error, signal, { code: 'provider', ...details })

/** What is known of a node's ways in, whether it is there or about to be. */
type Reachable = Pick<FoundNode, 'host' | 'address' | 'user' | 'ports'>

/** Where a port of a node answers on this machine; undefined for one that is not published on loopback. */
export function reachOf(
  { address, ports }: Pick<Reachable, 'address' | 'ports'>,
  port: number,
): { readonly host: string; readonly port: number } | undefined {
  if (ports === undefined) return { host: address, port }
  const local = ports.get(port)
  return local === undefined ? undefined : { host: '127.0.0.1', port: local }
}

/** How a node is logged in to. */
export function sshOf({ keys, names }: Context, node: Reachable): SshTarget {
  const { host: address, port } = reachOf(node, 22) ?? { host: node.address, port: 22 }
  return {
    name: node.host,
    address,
    port,
    user: node.user,
    identityFile: keys.identity,
    knownHosts: [keys.knownHosts],
    // Not by address: another environment's node may have had it before.
    hostKeyAlias: names.node(node.host),
    become: true,
  }
}

export const providedHost = (context: Context, node: FoundNode): ProvidedHost => ({
  name: node.host,
  state: node.state,
  isYoung: node.isYoung,
  address: node.address,
  system: node.system,
  ssh: sshOf(context, node),
})
