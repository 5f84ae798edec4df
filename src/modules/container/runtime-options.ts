import type { Value } from '../../core/ref.ts'
import type { Bytes } from '../../core/text/bytes.ts'

/** A folder in memory. */
export interface TmpfsOptions {
  /** Most that it holds. Default: no limit but that of memory. */
  readonly size?: Bytes
  /** Its permission bits. Default 0o1777. */
  readonly mode?: number
  /** Whether programs in it may be run. Default false. */
  readonly exec?: boolean
}

/** A limit for each process: what holds, and up to where a process may raise it by itself. -1: no limit. */
export interface Ulimit {
  readonly soft: number
  readonly hard: number
}

/** Where Docker puts what a container writes to its output. */
export interface LoggingOptions {
  /** `json-file`, `local`, `journald`, … With `none` there is nothing for `provision logs` and `ready.log`. */
  readonly driver: string
  /** As the driver takes them: `{ 'max-size': '10m' }`. */
  readonly options?: Readonly<Record<string, string>>
}

/** What the kernel and Docker give a container to run with. */
export interface RuntimeOptions {
  /** Whether a small init process comes before its program: it passes signals on and reaps orphans. Default false. */
  readonly init?: boolean
  /** Whether its own file system cannot be written to, only what is mounted and `tmpfs`. Default false. */
  readonly readOnly?: boolean
  /** Whether none of its programs can gain rights that it was not started with, as by a setuid bit. Default false. */
  readonly noNewPrivileges?: boolean
  /** Size of `/dev/shm`. Default: Docker's, 64m. */
  readonly shmSize?: Bytes
  /** Folders in memory, by absolute path in the container: the most that they hold, or that and more. Empty at each start. */
  readonly tmpfs?: Readonly<Record<`/${string}`, Bytes | TmpfsOptions>>
  /** Limits for each of its processes, as `nofile`, by name: one number for both, or soft and hard. Default: Docker's. */
  readonly ulimits?: Readonly<Record<string, number | Ulimit>>
  /** Names that it finds in its `/etc/hosts`, and their IP addresses; `host-gateway` stands for that of its host. */
  readonly extraHosts?: Readonly<Record<string, Value<string>>>
  /** Devices of the host that it may read, write and make nodes of, by absolute path: `/dev/fuse`. */
  readonly devices?: readonly string[]
  /** Settings of the kernel that a container has of its own, as `net.core.somaxconn`. */
  readonly sysctls?: Readonly<Record<string, string | number>>
  /** Default: that of the host's Docker. */
  readonly logging?: LoggingOptions
}
