import type { ContainerInfo } from 'dockerode'
import { label } from '../../core/label.ts'
import { refuseNewer } from '../../core/owned.ts'
import type { HostState } from '../../core/provider.ts'
import { containerName } from '../../transport/docker/state.ts'
import { providerError, type Context } from './context.ts'
import { isMaking } from './names.ts'

/** The label with the ports that a node publishes on loopback: `{"22":40022}`. It is there only in that mode. */
export const portsLabel = 'provision.ports'

/** The label with the user to log in as. */
export const userLabel = 'provision.user'

/** The label of a node whose volume was made with it: `new`. One over a volume that was there before has none. */
export const volumeLabel = 'provision.volume'

/** Whether a volume was made by the same attempt as its node, or may hold what was done in a former one. */
export type VolumeAge = 'new' | 'former'

/** A container of the environment. */
export interface FoundNode {
  readonly id: string
  readonly container: string
  /** The host of the topology that it is. */
  readonly host: string
  readonly state: Exclude<HostState, 'missing'>
  readonly paused: boolean
  readonly isYoung: boolean
  readonly address: string
  /** Id of the environment's network, as it was when the node was put onto it; undefined when it is not on it. */
  readonly network: string | undefined
  /** `new` only while nobody can have worked on the node. */
  readonly volume: VolumeAge
  readonly user: string
  /** Of all that went into the system of its box: a container has the labels of its image, too. */
  readonly system: string | undefined
  /** Ports of the node to ports of 127.0.0.1; undefined where the node's own address is used. */
  readonly ports: ReadonlyMap<number, number> | undefined
}

/** All nodes of an environment, stopped ones too, in one call. */
export async function listNodes({ engine, names, signal }: Context): Promise<readonly FoundNode[]> {
  try {
    const list = await engine.listContainers({ all: true, filters: names.filter, abortSignal: signal })
    refuseNewer(
      list.map((info) => ({
        title: `container ${containerName(info)}`,
        version: info.Labels[label.version],
      })),
    )
    return list.flatMap((info) => foundNode(info) ?? [])
  } catch (error) {
    throw providerError('the nodes cannot be listed', error, signal)
  }
}

/** What a container in Docker's list says of itself; undefined for one of ours that is no node. */
export function foundNode(info: ContainerInfo): FoundNode | undefined {
  const { [label.host]: host, [label.address]: address = '', [label.inputs]: system } = info.Labels
  if (host === undefined) return undefined
  const container = (info.Names[0] ?? info.Id).replace(/^\//, '')
  const state = stateOf(info.State, container)
  const network = info.NetworkSettings.Networks[info.Labels[label.node] ?? '']?.NetworkID
  return {
    id: info.Id,
    container,
    host,
    // One that is cut off is as good as stopped: to start it mends that.
    state: state === 'running' && network === undefined ? 'stopped' : state,
    paused: info.State === 'paused',
    isYoung: state === 'running' && young.test(info.Status),
    address,
    network,
    // With its final name it has been a host, whatever state it is in now.
    volume: isMaking(container) && info.Labels[volumeLabel] === 'new' ? 'new' : 'former',
    user: info.Labels[userLabel] ?? 'core',
    system,
    ports: readPorts(info.Labels[portsLabel]),
  }
}

/** A list has the time of a start only in words: `Up 3 seconds`. A node needs one or two to be a host, more where all are busy. */
const young = /^Up (?:Less than a|\d) second/

function stateOf(state: string, container: string): FoundNode['state'] {
  if (isMaking(container) || state === 'created' || state === 'dead' || state === 'removing')
    return 'half-made'
  return state === 'running' || state === 'restarting' ? 'running' : 'stopped'
}

function readPorts(text: string | undefined): FoundNode['ports'] {
  if (text === undefined) return undefined
  const value: unknown = JSON.parse(text)
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return new Map(entries.map(([port, local]) => [Number(port), Number(local)]))
}
