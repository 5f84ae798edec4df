import type Dockerode from 'dockerode'
import type { Connection } from '../ssh/connection.ts'
import type { Limit } from '../../core/async/limit.ts'
import { addressOf, type ContainerInspection } from '../docker/state.ts'

/** Where a container runs. */
export interface Place {
  readonly connection: Connection
  readonly docker: Dockerode
  readonly limit: Limit
}

/** What came of one try; `cut` when it was ended before it came to anything. */
export type Readied = 'ready' | { readonly reason: string; readonly cut?: boolean }

/** Tries once, until the signal is aborted at the latest. */
export type Attempt = (container: ContainerInspection, signal: AbortSignal) => Promise<Readied>

/** Where the host reaches a container: its own address, or the host's where it has none of its own. */
export function reachAt(container: ContainerInspection): string | undefined {
  const mode = container.HostConfig.NetworkMode ?? ''
  if (mode === 'host') return '127.0.0.1'
  return addressOf(container) || undefined
}
