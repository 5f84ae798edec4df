import type { Bench } from '../bench.ts'
import { faster, floor, peer, time } from '../contenders.ts'
import { nothingChanged, turnsIn } from '../our-profile.ts'
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
} as const

export const idleRefresh: Workload = {
  name: 'idle-refresh',
  title: 'refresh, nothing changed: 3 hosts (with Python, for the peers), a JAR and 50 files each',
  figures: time(),
  against: [
    floor(how.floor),
    peer('ansible', how.ansible, { goals: faster(55), most: 2 }),
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
      how: 'the same playbook with 20 files',
      goals: { trips: { within: 1 } },
    },
  ],
  async open(bench) {
    const site = await trio(bench)
    const turnsWith = async (count: Count): Promise<Figures> => {
      const { stdout } = await site.provision('refresh', '--json', '--profile', ...params(count))
      nothingChanged(stdout)
      return { trips: turnsIn(stdout) }
    }
    await site.provision('refresh', '--plain', ...params(20))
    const few = await turnsWith(20)
    const measures = await contendersOf(bench, 1_000)
    return {
      ...measures,
      few: () => Promise.resolve(few),
      // Profiled apart, so that counting costs no time.
      ours: async () => ({ ...(await measures['ours']?.()), ...(await turnsWith(1_000)) }),
    }
  },
}
