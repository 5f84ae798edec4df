import { noTraffic, trafficSince } from '../../core/traffic.ts'
import { warmBuilders, type WarmBuilders } from '../../engine/build/warm-builders.ts'
import { shareCredentials } from '../../transport/ssh/credentials.ts'
import type { Searches } from '../../transport/delta/search.ts'
import { localEngine } from '../../transport/docker/engine.ts'
import { connectHost, type ConnectedHost } from '../../transport/host.ts'
import { imageSource } from '../../transport/images/source.ts'
import { shareReads, type SharedReads } from '../../transport/files/shared-reads.ts'
import { keepWarm, type WarmHosts } from '../../transport/keep-warm.ts'

/** What stays from one run to the next: connections to hosts, and containers that wait for the next build. */
export interface Warm extends WarmHosts<ConnectedHost> {
  /** What hosts take small files from: what a run has read to sum it up is what they get. */
  readonly reads: SharedReads
  readonly builders: WarmBuilders
}

/** Hosts share the images of this machine's engine as those of one run do. */
export function warmHosts(): Warm {
  const images = imageSource(() => localEngine())
  const builders = warmBuilders(() => localEngine())
  const searches: Searches = new Map()
  const reads = shareReads()
  const credentials = shareCredentials()
  const hosts = keepWarm((target, signal) =>
    connectHost(target, signal, { images, searches, reads, credentials }),
  )
  return {
    ...hosts,
    // A run tells what it has sent itself, over a connection that others have had before it.
    connect: async (target, signal) => {
      const former = hosts.connected(target.name)
      const before = former?.traffic() ?? noTraffic
      const host = await hosts.connect(target, signal)
      if (host.connection !== former?.connection) return host
      return { ...host, traffic: () => trafficSince(before, host.traffic()) }
    },
    reads,
    builders,
    close: async () => {
      await Promise.all([hosts.close(), builders.close()])
    },
  }
}
