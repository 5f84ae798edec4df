import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { faster, floor, peer, time } from '../contenders.ts'
import { delayingProxy, type DelayingProxy } from '../delaying-proxy.ts'
import { justConnect } from '../floors/just-connect.ts'
import { nothingChanged, turnsIn } from '../our-profile.ts'
import { how, idleMeasures } from '../peers/idle.ts'
import { params, trio } from '../peers/trio.ts'
import { summaryOf } from '../statistics.ts'
import { known, type Site, type SiteHost } from '../sites.ts'
import type { Figures, Measure, Workload } from '../workload.ts'

const count = 50
const roundTrips = 'round trips'

/** The same hosts, each behind a proxy that takes its time. */
interface Far {
  readonly hosts: readonly SiteHost[]
  /** Does something, and tells the round trips to the host that it asked most. */
  readonly counted: <T>(work: () => Promise<T>) => Promise<{ readonly value: T; readonly trips: number }>
}

async function moveAway(bench: Bench, site: Site, rtt: number): Promise<Far> {
  const near = await site.hosts()
  const proxies: DelayingProxy[] = []
  bench.onClose(() => Promise.all(proxies.map((proxy) => proxy.close())))
  for (const host of near) proxies.push(await delayingProxy(host, rtt))
  const moved = near.map((host, index) => ({
    ...host,
    address: '127.0.0.1',
    port: proxies[index]?.port ?? 0,
  }))
  return {
    hosts: await known(join(site.dir, `known_hosts-${rtt}`), moved),
    async counted(work) {
      for (const proxy of proxies) proxy.turns()
      const value = await work()
      return { value, trips: Math.max(...proxies.map((proxy) => proxy.turns())) }
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

const far = (rtt: number): Workload => ({
  name: `far-refresh-${rtt}`,
  title: `the same (50 files), hosts ${rtt} ms of round trip away`,
  figures: {
    ...time(),
    trips: { title: 'round trips to a host, connecting included', unit: roundTrips },
    after: { title: 'round trips after connecting', unit: roundTrips, most: 2 },
    told: { title: 'round trips as --profile counts them, more where answers overlap', unit: roundTrips },
  },
  against: [
    {
      name: 'connect',
      title: 'SSH connection alone',
      how: 'three bare connections by the library that ours uses, and nothing done over them',
    },
    floor(how.floor),
    peer('mitogen', how.mitogen, { goals: faster(10), most: 2 }),
    peer('pyinfra', how.pyinfra, { goals: faster(10), most: 1 }),
  ],
  async open(bench) {
    const site = await trio(bench)
    await site.provision('refresh', '--plain', ...params(count))
    const { hosts, counted } = await moveAway(bench, site, rtt)
    const list = join(site.dir, `hosts-${rtt}.yaml`)
    await writeFile(list, hostsFile(hosts))
    const others = await idleMeasures(bench, site, { name: `far-${rtt}`, hosts, count })
    const connects: number[] = []
    for (let turn = 0; turn < 3; turn++) connects.push((await counted(() => justConnect(hosts))).trips)
    const connecting = summaryOf(connects).median
    const counting = (work: Measure) => async (): Promise<Figures> => {
      const { value, trips } = await counted(work)
      return { ...value, trips, after: trips - connecting }
    }
    return {
      connect: async () => {
        const { value, trips } = await counted(() => justConnect(hosts))
        return { time: value, trips }
      },
      floor: counting(others.floor),
      mitogen: counting(others.mitogen),
      pyinfra: counting(others.pyinfra),
      ours: async () => {
        const refresh = ['refresh', '--json', '--profile', '--on', list, ...params(count)]
        const { value, trips } = await counted(() => site.provision(...refresh))
        nothingChanged(value.stdout)
        return { time: value.ms, trips, after: trips - connecting, told: turnsIn(value.stdout) }
      },
    }
  },
})

export const farRefresh26 = far(26)
export const farRefresh100 = far(100)
