import { faster, floor, peer, time } from '../contenders.ts'
import { justConnect } from '../floors/just-connect.ts'
import { nothingChanged, turnsIn } from '../our-profile.ts'
import { moveAway } from '../peers/far.ts'
import { how, idleMeasures } from '../peers/idle.ts'
import { params, trio } from '../peers/trio.ts'
import type { Figures, Measure, Workload } from '../workload.ts'

const count = 50
const roundTrips = 'round trips'

const far = (rtt: number): Workload => ({
  name: `far-refresh-${rtt}`,
  title: `the same (50 files), hosts ${rtt} ms of round trip away`,
  figures: {
    ...time(),
    // Connecting and two more: a bare connection of the library takes six.
    trips: { title: 'round trips to a host, connecting included', unit: roundTrips, most: 8 },
    told: { title: 'round trips as --profile counts them, more where answers overlap', unit: roundTrips },
  },
  against: [
    {
      name: 'connect',
      title: 'SSH connection alone',
      how: 'three bare connections by the library that ours uses, and nothing done over them',
    },
    floor(how.floor),
    peer('mitogen', how.mitogen, { goals: faster(10), most: 1 }),
    peer('pyinfra', how.pyinfra, { goals: faster(10), most: 1 }),
  ],
  async open(bench) {
    const site = await trio(bench)
    await site.provision('refresh', '--plain', ...params(count))
    const { hosts, options, counted } = await moveAway(bench, site, rtt)
    const others = await idleMeasures(bench, site, { name: `far-${rtt}`, hosts, count })
    const counting = (work: Measure) => async (): Promise<Figures> => {
      const { value, trips } = await counted(work)
      return { ...value, trips }
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
        const refresh = ['refresh', '--json', '--profile', ...options, ...params(count)]
        const { value, trips } = await counted(() => site.provision(...refresh))
        nothingChanged(value.stdout)
        return { time: value.ms, trips, told: turnsIn(value.stdout) }
      },
    }
  },
})

export const farRefresh26 = far(26)
export const farRefresh100 = far(100)
