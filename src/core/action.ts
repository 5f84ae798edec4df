import type { Digest } from './digest.ts'
import type { BuiltImage } from './build/index.ts'
import type { Text } from './secret/index.ts'

/** Where the content of a file comes from. */
export type Content =
  { readonly from: 'text'; readonly text: Text } | { readonly from: 'file'; readonly path: string }

/** Who may do what with a path; what is undefined is left as it is, or as the host makes it. */
export interface Permissions {
  readonly mode: number | undefined
  readonly owner: string | undefined
  readonly group: string | undefined
}

/**
 * One thing to do on a host, as data. Everything that is ready in one lane travels together.
 * `write` and `directory` make the folders above that are missing; `remove-container`, `delete` and
 * `delete-empty-folder` are content when there is nothing to remove; `remove-container` also ends a running one, and
 * `rename-container` is content when only the new name is there.
 */
export type Action =
  | ({
      readonly do: 'write'
      readonly path: string
      readonly content: Content
      readonly digest: Digest
      readonly size: number
      /** Nothing was there when this was planned: it comes whole, as there is no former version to differ from. */
      readonly isNew?: true
      /** Tells that all before it in its step is done: waits for that, and stays undone when any of it fails. */
      readonly seals?: true
    } & Permissions)
  | ({ readonly do: 'directory'; readonly path: string } & Permissions)
  | { readonly do: 'delete'; readonly path: string }
  | { readonly do: 'delete-empty-folder'; readonly path: string }
  | ({ readonly do: 'permit'; readonly path: string } & Permissions)
  | {
      readonly do: 'run'
      readonly argv: readonly string[]
      readonly cwd: string | undefined
      readonly env: Readonly<Record<string, Text>>
      /** Milliseconds. */
      readonly timeout: number
      /** Asked before, in the same folder and time: where this ends with 0, there is no need to run, and it is told so. */
      readonly unless?: readonly string[]
      /** Only asks whether what ran before it has reached its purpose, and goes with it: what to say when it has not. */
      readonly unmet?: string
    }
  | { readonly do: 'load-image'; readonly image: BuiltImage }
  /** Removes those that were built by us, have lost their name to another, and are used by no container. */
  | { readonly do: 'prune-images' }
  | { readonly do: 'create-network'; readonly name: string; readonly body: NetworkBody }
  | { readonly do: 'remove-network'; readonly name: string }
  | { readonly do: 'create-volume'; readonly name: string; readonly body: VolumeBody }
  | { readonly do: 'create-container'; readonly name: string; readonly body: ContainerBody }
  | {
      readonly do: 'connect-container'
      readonly name: string
      readonly network: string
      /** By which others on that network find it, too. */
      readonly aliases: readonly string[]
    }
  | { readonly do: 'start-container'; readonly name: string }
  | {
      readonly do: 'stop-container'
      readonly name: string
      /** Seconds; undefined for what the container was made with. */
      readonly grace: number | undefined
    }
  | {
      readonly do: 'rename-container'
      readonly name: string
      readonly to: string
      /** Makes its step's purpose reached: what follows only tidies up, and takes nothing back when it fails. */
      readonly handsOver?: true
    }
  | { readonly do: 'remove-container'; readonly name: string }
  | {
      readonly do: 'await-container'
      readonly name: string
      readonly check: Readiness
      readonly timeout: number
    }

export type Lane = 'files' | 'commands' | 'bulk' | 'docker'

/** Actions of one lane are done together by one mechanism: a tar stream, a framed script, an upload, or Docker calls. */
export function laneOf(action: Action): Lane {
  switch (action.do) {
    case 'write':
    case 'directory':
    case 'delete':
    case 'delete-empty-folder':
    case 'permit':
      return 'files'
    case 'run':
      return 'commands'
    case 'load-image':
      return 'bulk'
    case 'prune-images':
    case 'create-network':
    case 'remove-network':
    case 'create-volume':
    case 'create-container':
    case 'connect-container':
    case 'start-container':
    case 'stop-container':
    case 'rename-container':
    case 'remove-container':
    case 'await-container':
      return 'docker'
  }
}

/** When a container counts as ready. */
export type Readiness =
  | { readonly by: 'running' }
  | ({ readonly by: 'tcp' } & ReadyPort)
  | ({ readonly by: 'http'; readonly path: string; readonly status: number | undefined } & ReadyPort)
  | { readonly by: 'log'; readonly pattern: string }
  | { readonly by: 'command'; readonly argv: readonly string[] }
  | { readonly by: 'health' }

interface ReadyPort {
  readonly port: number
  /** Where a container on its host's network may listen alone. */
  readonly hostAddress?: string
}

/** The body of Docker's `POST /containers/create`, as far as we use it, with texts that may be secret. */
export interface ContainerBody {
  readonly Image: string
  readonly Cmd?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Env: readonly Text[]
  readonly Labels: Readonly<Record<string, string>>
  readonly User?: string
  readonly WorkingDir?: string
  readonly Hostname?: string
  readonly ExposedPorts: Readonly<Record<string, object>>
  readonly StopTimeout?: number
  readonly HostConfig: {
    readonly PortBindings: Readonly<Record<string, readonly { HostIp?: string; HostPort: string }[]>>
    /** Volumes, and paths that are there anyway; Docker makes a folder where such a path is missing. */
    readonly Binds: readonly string[]
    /** Paths at which something is put: without it the container does not start. */
    readonly Mounts?: readonly BindMount[]
    readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount?: number }
    readonly Memory?: number
    readonly NanoCpus?: number
    readonly CapAdd?: readonly string[]
    readonly CapDrop?: readonly string[]
    readonly NetworkMode?: string
    readonly Init?: boolean
    readonly ReadonlyRootfs?: boolean
    readonly SecurityOpt?: readonly string[]
    readonly ShmSize?: number
    readonly Tmpfs?: Readonly<Record<string, string>>
    readonly Ulimits?: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[]
    readonly ExtraHosts?: readonly string[]
    readonly Devices?: readonly DeviceBody[]
    readonly Sysctls?: Readonly<Record<string, string>>
    readonly LogConfig?: { readonly Type: string; readonly Config: Readonly<Record<string, string>> }
  }
  readonly NetworkingConfig?: {
    readonly EndpointsConfig: Readonly<Record<string, { readonly Aliases: readonly string[] }>>
  }
}

interface BindMount {
  readonly Type: 'bind'
  /** An absolute path on the host. */
  readonly Source: string
  /** An absolute path in the container. */
  readonly Target: string
  readonly ReadOnly: boolean
}

interface DeviceBody {
  readonly PathOnHost: string
  readonly PathInContainer: string
  readonly CgroupPermissions: string
}

export interface NetworkBody {
  readonly Driver: string
  readonly Internal: boolean
  readonly Labels: Readonly<Record<string, string>>
  readonly IPAM?: { readonly Config: readonly { readonly Subnet: string }[] }
}

export interface VolumeBody {
  readonly Driver: string
  readonly Labels: Readonly<Record<string, string>>
}
