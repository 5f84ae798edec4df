import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { delayingProxy, type DelayingProxy } from '../delaying-proxy.ts'
import { known, type Site, type SiteHost } from '../sites.ts'

/** The hosts of a site, each behind a proxy that takes its time. */
export interface Far {
  readonly hosts: readonly SiteHost[]
  /** The options by which our tool goes that way. */
  readonly options: readonly string[]
  /** Does something, and tells the round trips to the host that it asked most. */
  readonly counted: <T>(work: () => Promise<T>) => Promise<{ readonly value: T; readonly trips: number }>
  /** The fewest of three times: whatever else the machine does can only add to them. */
  readonly fewest: (work: () => Promise<unknown>) => Promise<number>
}

/** @param rtt milliseconds from a question to its answer */
export async function moveAway(bench: Bench, site: Site, rtt: number): Promise<Far> {
  const near = await site.hosts()
  const proxies: DelayingProxy[] = []
  bench.onClose(() => Promise.all(proxies.map((proxy) => proxy.close())))
  for (const host of near) proxies.push(await delayingProxy(host, rtt))
  const moved = near.map((host, index) => ({
    ...host,
    address: '127.0.0.1',
    port: proxies[index]?.port ?? 0,
  }))
  const hosts = await known(join(site.dir, `known_hosts-${rtt}`), moved)
  const list = join(site.dir, `hosts-${rtt}.yaml`)
  await writeFile(list, hostsFile(hosts))
  const counted: Far['counted'] = async (work) => {
    for (const proxy of proxies) proxy.turns()
    const value = await work()
    return { value, trips: Math.max(...proxies.map((proxy) => proxy.turns())) }
  }
  return {
    ...{ hosts, options: ['--on', list], counted },
    async fewest(work) {
      const found: number[] = []
      for (let time = 0; time < 3; time++) found.push((await counted(work)).trips)
      return Math.min(...found)
    },
  }
}

/** The file that `--on` reads. JSON is YAML as well. */
const hostsFile = (hosts: readonly SiteHost[]): string =>
  JSON.stringify({
    hosts: Object.fromEntries(
      hosts.map(({ name, address, port, user, identityFile, knownHosts }) => [
        name,
        { address, port, user, identityFile, knownHosts, become: true },
      ]),
    ),
  })
