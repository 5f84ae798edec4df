import type { Bench } from '../bench.ts'
import { faster, floor, peer, time } from '../contenders.ts'
import { nothingChanged } from '../our-profile.ts'
import { moveAway } from '../peers/far.ts'
import { how, idleMeasures, idleRsync } from '../peers/idle.ts'
import { params, trio, type Count } from '../peers/trio.ts'
import type { Figures, Measure, Workload } from '../workload.ts'

/** Everybody's refresh of hosts on which all is as it should be. */
async function contendersOf(bench: Bench, count: Count): Promise<Readonly<Record<string, Measure>>> {
  const site = await trio(bench)
  await site.provision('refresh', '--plain', ...params(count))
  const task = { name: `idle-${count}`, hosts: await site.hosts(), count }
  return {
    ...(await idleMeasures(bench, site, task)),
    'mitogen-rsync': await idleRsync(bench, site, task),
    ours: async () => {
      const { stdout, ms } = await site.provision('refresh', '--json', ...params(count))
      nothingChanged(stdout)
      return { time: ms }
    },
  }
}

const withRsync = {
  name: 'mitogen-rsync',
  title: 'Ansible + Mitogen, rsync',
  how: how.rsync,
  needs: 'mitogen',
  most: 1,
} as const

export const idleRefresh: Workload = {
  name: 'idle-refresh',
  title: 'refresh, nothing changed: 3 hosts (with Python, for the peers), a JAR and 50 files each',
  figures: time(),
  against: [
    floor(how.floor),
    peer('ansible', how.ansible, { goals: faster(55), most: 1 }),
    peer('mitogen', how.mitogen, { goals: faster(8) }),
    withRsync,
    peer('pyinfra', how.pyinfra, { goals: faster(4) }),
  ],
  open: (bench) => contendersOf(bench, 50),
}

export const idleRefreshMany: Workload = {
  name: 'idle-refresh-1000',
  title: 'refresh, nothing changed: 3 hosts (with Python, for the peers), a JAR and 1,000 files each',
  figures: { ...time(), trips: { title: 'round trips to a host, connecting included', unit: 'round trips' } },
  against: [
    floor(how.floor),
    peer('mitogen', how.mitogen, { goals: faster(30), most: 1 }),
    withRsync,
    {
      name: 'few',
      title: 'ours, 20 files',
      how: 'the same playbook with 20 files; the fewest round trips of three refreshes, hosts 26 ms away',
      goals: { trips: { within: 1 } },
    },
  ],
  async open(bench) {
    const site = await trio(bench)
    const far = await moveAway(bench, site, 26)
    // Counted apart, on the way: near by it costs no time, and far away answers do not overlap by chance.
    const tripsWith = async (count: Count): Promise<Figures> => {
      await site.provision('refresh', '--plain', ...params(count))
      const again = () => site.provision('refresh', '--json', ...far.options, ...params(count))
      return { trips: await far.fewest(async () => nothingChanged((await again()).stdout)) }
    }
    const few = await tripsWith(20)
    const many = await tripsWith(1_000)
    const measures = await contendersOf(bench, 1_000)
    return {
      ...measures,
      few: () => Promise.resolve(few),
      ours: async () => ({ ...(await measures['ours']?.()), ...many }),
    }
  },
}
