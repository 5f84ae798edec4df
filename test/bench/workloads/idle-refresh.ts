import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.ts'
import { faster, floor, peer, time, took } from '../contenders.ts'
import { nothingChanged, turnsIn } from '../our-profile.ts'
import { ansible, unchanged } from '../peers/ansible.ts'
import { pyinfra } from '../peers/pyinfra.ts'
import { ansiblePlay, ansibleRsyncPlay, pyinfraDeploy } from '../peers/trio-plays.ts'
import { pageNames, params, target, trio, type Count } from '../peers/trio.ts'
import type { Ended } from '../processes.ts'
import type { SiteHost } from '../sites.ts'
import type { Figures, Measure, Workload } from '../workload.ts'

const script = fileURLToPath(new URL('../floors/ask-hosts.mjs', import.meta.url))
const how = {
  floor: 'a bare Node.js script: connect to three hosts, stat and sha256sum of the same files, list Docker',
  ansible: '`file`, `copy` of the JAR, `copy` of the folder; pipelining, open SSH connections, no facts',
  mitogen: 'the same playbook with the strategy mitogen_linear',
  rsync: 'Ansible with `rsync` in place of `copy` for the folder, as its `synchronize` does',
  pyinfra: '`files.directory`, `files.put`, `files.sync`, all hosts at once',
}

/** An Ansible that found nothing to do. */
const idle = async (running: Promise<Ended>): Promise<Figures> => {
  const ended = await running
  unchanged(ended)
  return { time: ended.ms }
}

/** Everybody's refresh of hosts on which all is as it should be. */
async function contendersOf(bench: Bench, count: Count): Promise<Readonly<Record<string, Measure>>> {
  const site = await trio(bench)
  await site.provision('refresh', '--plain', ...params(count))
  const hosts = await site.hosts()
  const list = join(site.dir, `floor-hosts-${count}.json`)
  await writeFile(list, JSON.stringify(hosts.map((host) => floorHost(host, count))))
  const config = join(site.dir, 'ssh-config')
  await writeFile(config, (await site.provision('ssh-config')).stdout)
  const playbook = ansiblePlay(site, count)
  const linear = await ansible(bench, hosts, { name: `linear-${count}`, playbook, strategy: 'linear' })
  const mitogen = await ansible(bench, hosts, {
    ...{ name: `mitogen-${count}`, playbook, strategy: 'mitogen_linear' },
  })
  const rsync = await ansible(bench, hosts, {
    ...{
      name: `rsync-${count}`,
      playbook: ansibleRsyncPlay(site, count, config),
      strategy: 'mitogen_linear',
    },
  })
  let adopted: Promise<Ended> | undefined
  const synced = (): Promise<Ended> => (adopted ??= rsync())
  const deploy = await pyinfra(bench, hosts, { name: `${count}`, operations: pyinfraDeploy(site, count) })
  return {
    ours: async () => {
      const { stdout, ms } = await site.provision('refresh', '--json', ...params(count))
      nothingChanged(stdout)
      return { time: ms }
    },
    floor: () => took(bench.program(process.execPath, script, list)),
    ansible: () => idle(linear()),
    mitogen: () => idle(mitogen()),
    'mitogen-rsync': async () => {
      // By date and size it tells whether a file has changed: the dates of others are not its own.
      await synced()
      return idle(rsync())
    },
    pyinfra: () => took(deploy()),
  }
}

const floorHost = ({ address, port, user, identityFile }: SiteHost, count: Count) => ({
  ...{ host: address, port, user, identityFile },
  files: [`${target}/app.jar`, ...pageNames(count).map((name) => `${target}/www/${name}`)],
})

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
