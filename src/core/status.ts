import type { NamedEndpoint } from './event.ts'
import type { HostState } from './provider.ts'

/** What `provision status` found by asking: never a cache. */
export interface Status {
  readonly playbook: string
  readonly environment: string
  /** In the topology's order. */
  readonly hosts: readonly HostStatus[]
  /** All containers that carry the environment's labels, by host. */
  readonly containers: readonly ContainerStatus[]
  readonly endpoints: readonly NamedEndpoint[]
}

export interface HostStatus {
  readonly name: string
  /** `unreachable`: it runs, but did not answer. */
  readonly state: HostState | 'unreachable'
  readonly address: string
  /** Why it is unreachable, or listed though the playbook does not name it. */
  readonly reason?: string | undefined
  readonly ssh: SshDetails
}

/** What an SSH client needs to log in. */
export interface SshDetails {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly identityFile: string | undefined
  readonly knownHosts: readonly string[]
}

export interface ContainerStatus {
  readonly name: string
  readonly host: string
  readonly image: string
  /** As Docker says: `running`, `exited`, `restarting`. */
  readonly state: string
  /** As Docker says of one that runs and whose image has a health check. */
  readonly health: string | undefined
  /** `80/tcp → 8080/tcp`: port of the host, port of the container. */
  readonly ports: readonly string[]
  /** ISO 8601; undefined for one that never started. */
  readonly startedAt: string | undefined
}
