import { label, resourceLabels } from '../../core/label.ts'
import { canonicalAddress } from '../../core/endpoint.ts'
import type { Scope } from '../../core/facts.ts'
import type { ContainerState, ImageState, NetworkState, OwnedObject, VolumeState } from '../../core/probe.ts'
import { imageFingerprint, type InspectedImage } from '../images/fingerprint.ts'

type Maybe<T> = T | null | undefined
type Bindings = Readonly<
  Record<string, Maybe<readonly { HostIp?: string | undefined; HostPort?: string | undefined }[]>>
>

interface Mount {
  /** None where it is no path and no volume. */
  readonly Source?: string | undefined
  readonly Target: string
  readonly ReadOnly?: boolean | undefined
}

/** The part of Docker's `inspect` of a container that we read. */
export interface ContainerInspection {
  readonly Id: string
  readonly Created: string
  readonly Image: string
  readonly RestartCount: number
  readonly State: {
    readonly Status: string
    readonly Running: boolean
    readonly ExitCode: number
    readonly StartedAt: string
    /** Of its last run; the year 1 when it never ended. */
    readonly FinishedAt: string
    readonly OOMKilled: boolean
    readonly Health?: Maybe<{
      readonly Status: string
      /** The last of its checks, the newest at the end. */
      readonly Log?: Maybe<readonly { readonly ExitCode: number; readonly Output: string }[]>
    }>
  }
  readonly Config: {
    readonly Image: string
    readonly Labels: Maybe<Readonly<Record<string, string>>>
    readonly Env: Maybe<readonly string[]>
    readonly Cmd: Maybe<readonly string[]>
    readonly User: string
    readonly Tty: boolean
  }
  readonly HostConfig: {
    readonly NetworkMode?: string | undefined
    readonly PortBindings?: Maybe<Bindings>
    readonly Binds?: Maybe<readonly string[]>
    readonly Mounts?: Maybe<readonly Mount[]>
    readonly RestartPolicy?: Maybe<{ readonly Name: string }>
    readonly Memory?: number | undefined
    readonly NanoCpus?: number | undefined
  }
  readonly NetworkSettings: {
    readonly Networks: Maybe<Readonly<Record<string, { readonly IPAddress: string }>>>
    readonly Ports?: Maybe<Bindings>
  }
}

/** Docker goes on to say `unhealthy` of what has stopped, and what it last found of what is paused. */
const healthOf = ({ Status, Health }: ContainerInspection['State']): string | undefined =>
  Status === 'running' ? Health?.Status : undefined

/** What decisions need of a container. */
export const containerState = (inspection: ContainerInspection): ContainerState => ({
  id: inspection.Id,
  image: inspection.Config.Image,
  imageId: inspection.Image,
  labels: inspection.Config.Labels ?? {},
  env: inspection.Config.Env ?? [],
  command: inspection.Config.Cmd ?? [],
  status: inspection.State.Status,
  running: inspection.State.Running,
  health: healthOf(inspection.State),
  exitCode: inspection.State.ExitCode,
  createdAt: inspection.Created,
  startedAt: inspection.State.StartedAt,
  hasEnded: Date.parse(inspection.State.FinishedAt) > 0,
  restartPolicy: inspection.HostConfig.RestartPolicy?.Name ?? '',
  ports: publishedPorts(inspection),
  binds: bindsOf(inspection.HostConfig),
  memory: inspection.HostConfig.Memory ?? 0,
  nanoCpus: inspection.HostConfig.NanoCpus ?? 0,
  user: inspection.Config.User,
  networks: Object.keys(inspection.NetworkSettings.Networks ?? {}).sort(),
  address: addressOf(inspection),
})

/** What is mounted, in whichever of both ways it was asked for. */
export const bindsOf = ({
  Binds,
  Mounts,
}: Pick<ContainerInspection['HostConfig'], 'Binds' | 'Mounts'>): readonly string[] =>
  [
    ...(Binds ?? []),
    ...(Mounts ?? []).map(
      ({ Source = '', Target, ReadOnly }) => `${Source}:${Target}${ReadOnly === true ? ':ro' : ''}`,
    ),
  ].sort()

/** As configured; where the port was left to Docker's choice, the one it chose. */
function publishedPorts({ HostConfig, NetworkSettings }: ContainerInspection): ContainerState['ports'] {
  return Object.entries(HostConfig.PortBindings ?? {})
    .flatMap(([container, bindings]) => {
      const protocol = container.split('/')[1] ?? 'tcp'
      return (bindings ?? []).map(({ HostIp = '', HostPort = '' }, i) => {
        const port = HostPort || NetworkSettings.Ports?.[container]?.[i]?.HostPort || ''
        const everywhere = HostIp === '' || HostIp === '0.0.0.0'
        const address = everywhere ? '' : `${canonicalAddress(HostIp)}:`
        return { container, host: `${address}${port}/${protocol}` }
      })
    })
    .sort((a, b) => (a.host < b.host ? -1 : 1))
}

/** On the network that it was made on, else on any; empty when it has none of its own. */
export function addressOf({ HostConfig, NetworkSettings }: ContainerInspection): string {
  const networks = NetworkSettings.Networks ?? {}
  const mode = HostConfig.NetworkMode ?? ''
  const first = networks[mode === 'default' ? 'bridge' : mode]?.IPAddress
  return (
    first ||
    Object.values(networks)
      .map(({ IPAddress }) => IPAddress)
      .find(Boolean) ||
    ''
  )
}

interface ImageInspection extends InspectedImage {
  readonly Id: string
  readonly Config?: Maybe<{ readonly Env?: Maybe<readonly string[]> }>
}

export const imageState = (image: ImageInspection): ImageState => ({
  id: image.Id,
  fingerprint: imageFingerprint(image),
  layers: image.RootFS?.Layers ?? [],
  env: image.Config?.Env ?? [],
})

interface NetworkListing {
  readonly Name: string
  readonly Id: string
  readonly Driver: string
  readonly Internal: boolean
  readonly IPAM?: Maybe<{ readonly Config?: Maybe<readonly { readonly Subnet?: string | undefined }[]> }>
  readonly Labels?: Maybe<Readonly<Record<string, string>>>
}

export const networkState = (network: NetworkListing): NetworkState => ({
  id: network.Id,
  driver: network.Driver,
  subnet: network.IPAM?.Config?.[0]?.Subnet,
  internal: network.Internal,
  labels: network.Labels ?? {},
})

interface VolumeListing {
  readonly Name: string
  readonly Driver: string
  readonly Labels?: Maybe<Readonly<Record<string, string>>>
}

export const volumeState = (volume: VolumeListing): VolumeState => ({
  driver: volume.Driver,
  labels: volume.Labels ?? {},
})

interface Labelled {
  readonly name: string
  readonly id: string
  readonly labels: Maybe<Readonly<Record<string, string>>>
}

/** Those of a list that carry the labels of an environment. */
export const ownedOf = (
  type: OwnedObject['type'],
  { playbook, environment }: Scope,
  objects: readonly Labelled[],
): OwnedObject[] =>
  objects.flatMap(({ name, id, labels }) =>
    labels?.[label.environment] === environment && labels[label.playbook] === playbook
      ? [{ type, name, id, resource: labels[label.resource] ?? '', version: labels[label.version] }]
      : [],
  )

/** Longer than an image is tried for, and than clocks differ that are set right. Seconds. */
const trialTime = 60

/**
 * The labels of a container in a list, by which it is somebody's. One that tried an image for a run that was killed meanwhile
 * is anybody's who finds it.
 * @param now seconds since 1970
 */
export const labelsOf = (
  { Labels, Created }: { readonly Labels: Labelled['labels']; readonly Created: number },
  scope: Scope,
  now: number,
): Labelled['labels'] =>
  Labels?.[label.trial] !== undefined && now - Created > trialTime ? resourceLabels(scope, '') : Labels

/** The name of a container in a list: without the slash, and not one that a link gave it. */
export const containerName = ({ Names }: { readonly Names: readonly string[] }): string =>
  (Names.find((name) => !name.slice(1).includes('/')) ?? Names[0] ?? '').replace(/^\//, '')
