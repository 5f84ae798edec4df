import type { SshTarget } from './host.ts'

/** A box that can be started from: its image on this machine's engine, and the store with its images. */
export interface BakedBox {
  readonly name: string
  /** Of all its inputs. */
  readonly digest: string
  /** Of those of the host's own system alone; undefined for one that does not say. */
  readonly system: string | undefined
  readonly user: string
  /** Id of the image of the host's own system. */
  readonly image: string
  /** The volume that holds the images, unpacked. */
  readonly store: string
}

export type HostState = 'running' | 'stopped' | 'missing' | 'half-made'

/** One host of an environment as its provider sees it now. */
export interface ProvidedHost {
  readonly name: string
  readonly state: HostState
  /** It runs only since seconds ago, and may not answer yet. */
  readonly isYoung: boolean
  /** At which other hosts reach it; decided before a node is made. */
  readonly address: string
  /** Of all that went into the system of the box that it was made from; undefined where a box means nothing. */
  readonly system: string | undefined
  readonly ssh: SshTarget
}

/** A host of the environment that the topology names no more. */
export interface StrayHost extends Pick<ProvidedHost, 'name' | 'state' | 'address' | 'ssh'> {
  /** The command line by which a person removes it with all that is on it. */
  readonly removal: string
}

/** What a provider shows while it works on a host. */
export interface ProviderWatcher {
  readonly host: (host: string, state: 'started' | 'finished', note: string) => void
  /** What else people should know. */
  readonly note?: (text: string) => void
}

/** What `destroy` did, and what it left. */
export interface Destroyed {
  readonly removed: readonly string[]
  readonly left: readonly string[]
}

/** Makes, starts, stops and removes the hosts of one environment. */
export interface Provider {
  readonly kind: 'docker' | 'ssh'
  /** Asks what is there, changes nothing. In the topology's order. */
  survey(signal: AbortSignal): Promise<readonly ProvidedHost[]>
  /** Hosts beyond those, as the last survey found them. */
  strays(): readonly StrayHost[]
  /** Makes the hosts that are missing, completes or replaces those half-made, starts those stopped. The box is asked for only when a host has to be made. */
  up(
    box: () => Promise<BakedBox>,
    signal: AbortSignal,
    watch: ProviderWatcher,
  ): Promise<readonly ProvidedHost[]>
  /** Starts hosts that are stopped; never makes one. */
  start(signal: AbortSignal, watch: ProviderWatcher): Promise<readonly ProvidedHost[]>
  stop(signal: AbortSignal, watch: ProviderWatcher): Promise<void>
  /** Removes the hosts with all that is on them, and whatever else carries the environment's labels. */
  destroy(signal: AbortSignal, watch: ProviderWatcher): Promise<Destroyed>
  /** Where a port that a host publishes answers on this machine. */
  reach(host: ProvidedHost, port: number): { readonly host: string; readonly port: number }
}
