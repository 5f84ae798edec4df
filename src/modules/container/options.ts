import type { Image } from '../../core/build/index.ts'
import type { Bytes } from '../../core/text/bytes.ts'
import type { Duration } from '../../core/text/duration.ts'
import type { Mountable } from '../../core/mount.ts'
import type { Ref, Value } from '../../core/ref.ts'
import type { Text } from '../../core/secret/index.ts'
import type { NetworkResource } from '../../core/mount.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import type { Capability } from './capability.ts'

/** A port at which a container listens: its number, for TCP, or number and protocol. */
export type ContainerPort = number | { readonly port: number; readonly protocol: 'tcp' | 'udp' }

/** The port of the host at which a container's port answers: its number, on all addresses, or with one address of the host (`::` for all of IPv6). */
export type HostPort = number | { readonly port: number; readonly address: string }

/** What is mounted: a resource of the same host, or an absolute path that is there anyway. */
export type MountSource = Mountable | string

/** A mount that is not as its source says by default. */
export interface MountOptions {
  readonly from: MountSource
  /** Default: true for content that is put there from here (`file`, `push`, `tree`), false for the rest. */
  readonly readOnly?: boolean
  /**
   * Whether new content recreates the container. Default: true for a single file, which a running container would never
   * see change; false for a folder, in which it sees new files at once.
   */
  readonly restart?: boolean
}

interface ReadyTimeout {
  /** How long to wait for it. Default `60s`. */
  readonly timeout?: Duration
}

/** When a container counts as ready, told in one way; what needs it waits until then. */
export type Ready<P extends string> = ReadyTimeout &
  (
    | {
        /** The path that answers a GET, with `status`, or with any from 200 to 399. */
        readonly http: string
        /** The name of one of its ports. */
        readonly port: P
        readonly status?: number
        readonly tcp?: never
        readonly log?: never
        readonly command?: never
        readonly health?: never
      }
    | {
        /** The name of the port that takes a connection. */
        readonly tcp: P
        readonly http?: never
        readonly port?: never
        readonly log?: never
        readonly command?: never
        readonly health?: never
      }
    | {
        /** A regular expression that a line of its output matches. */
        readonly log: string
        readonly http?: never
        readonly port?: never
        readonly tcp?: never
        readonly command?: never
        readonly health?: never
      }
    | {
        /** A command that exits with 0 inside the container. */
        readonly command: readonly string[]
        readonly http?: never
        readonly port?: never
        readonly tcp?: never
        readonly log?: never
        readonly health?: never
      }
    | {
        /** That the `HEALTHCHECK` of its image has passed, as Docker judges it by the interval and retries that it has there. */
        readonly health: 'healthy'
        readonly http?: never
        readonly port?: never
        readonly tcp?: never
        readonly log?: never
        readonly command?: never
      }
  )

/** Networks to join, or `'host'` for the one that the host itself is on. */
export type ContainerNetwork = NetworkResource | readonly NetworkResource[] | 'host'

/** How a container is run. What is left out is as the image says. */
export interface ContainerOptions<
  P extends string = never,
  Q extends P = never,
  N extends ContainerNetwork = ContainerNetwork,
> extends RuntimeOptions {
  readonly image: Image
  /** Arguments, in place of the image's `CMD`; no shell reads them. They show in process lists: secrets go into `env`. */
  readonly command?: readonly Value<string | number>[]
  /** In place of the image's `ENTRYPOINT`. */
  readonly entrypoint?: readonly Value<string>[]
  /** Environment variables. Numbers and booleans become text. */
  readonly env?: Readonly<Record<string, Value<Text | number | boolean>>>
  /**
   * The ports at which it listens, by names of your choice. What is not published is not compared: a change is in what Docker
   * shows as exposed when the container is next made anew.
   */
  readonly ports?: { readonly [K in P]: ContainerPort }
  /**
   * Those of its ports that the host publishes, and where; undefined for one that is not published this time. On the host's own
   * network all of its `ports` count as published as they are, and this is refused.
   */
  readonly publish?: { readonly [K in Q]?: ([N] extends ['host'] ? never : HostPort) | undefined }
  /** What is mounted, by absolute path in the container. */
  readonly mounts?: Readonly<Record<`/${string}`, MountSource | MountOptions>>
  /**
   * The network to join, or a list of several in whatever order; others on each of them find this container by its name.
   * `'host'` puts it on the network of its host itself, for software that tells its peers where to find it, as clusters do: its
   * `ports` answer there without `publish`, and `sysctls` of `net.` are refused. Default: Docker's own bridge.
   */
  readonly network?: N
  /** Docker labels besides ours. */
  readonly labels?: Readonly<Record<string, Value<string>>>
  /** When Docker starts it again by itself. Default `unless-stopped`. */
  readonly restart?: 'no' | 'always' | 'unless-stopped' | 'on-failure'
  /** Most memory that it may use; at least 6m. Default: no limit. */
  readonly memory?: Bytes
  /** Most CPU time that it may use, in CPUs: 0.5. Default: no limit. */
  readonly cpus?: number
  /** A user, or user and group, as names or ids: `1000:1000`. */
  readonly user?: string
  /** Absolute. */
  readonly workdir?: string
  /** Default: Docker's choice. */
  readonly hostname?: string
  /** Linux capabilities besides or without those that Docker gives: `NET_ADMIN`. */
  readonly capabilities?: { readonly add?: readonly Capability[]; readonly drop?: readonly Capability[] }
  /** Default: as soon as it runs. Not compared: a change takes effect when it is next started. */
  readonly ready?: Ready<NoInfer<P>>
  /** How long it may take to end when asked to, before it is killed. Default `10s`. */
  readonly stopTimeout?: Duration
}

/** Where a published port answers, for other resources. */
export interface PortRefs {
  /** The host's address, or the one that the port is published on. */
  readonly host: Ref<string>
  readonly port: Ref<number>
  /** `http://192.168.60.3:7000`; `tcp://…` for a port whose name does not begin with `http`, `udp://…` for one of UDP. */
  readonly url: Ref<string>
}
