import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { faster, floor, peer, time, took, within } from '../contenders.ts'
import { ansible } from '../peers/ansible.ts'
import { moveAway, type Far } from '../peers/far.ts'
import { pyinfra } from '../peers/pyinfra.ts'
import { ansiblePlay, ansibleRsyncPlay, pyinfraDeploy, runIdle } from '../peers/trio-plays.ts'
import { hosts, imageOf, jarOf, params, target, trio } from '../peers/trio.ts'
import type { Ended } from '../processes.ts'
import type { Site } from '../sites.ts'
import type { Contender, Figures, Measures, Workload } from '../workload.ts'

const files = 2_000
const containers = 3

/** No name or value is part of it: they come as arguments. Hosts side by side, each with two connections. */
const byHand = `
config=$1 folder=$2 www=$3 start=$4
shift 4
for host; do
  {
    tar -cf - -C "$folder" app.jar "$www" |
      ssh -F "$config" "$host" "sudo sh -c 'mkdir -p ${target} && cd ${target} && tar -xf - && mv $www www'" &&
      ssh -F "$config" "$host" "$start" || touch "$config.failed"
  } &
done
wait
! [ -e "$config.failed" ]
`

const how = {
  floor: '`tar | ssh`, then `ssh` with three `docker run`, on all hosts at once',
  mitogen: '`copy` of the JAR and of the folder, `docker run` in `shell`',
  pyinfra: '`files.put`, `files.sync`, `docker run` in `server.shell`',
}

const rsync: Contender = {
  name: 'mitogen-rsync',
  title: 'Ansible + Mitogen, rsync',
  how: 'with `rsync` in place of `copy` for the folder, as its `synchronize` does',
  needs: 'mitogen',
  most: 1,
}

export const firstProvisioning: Workload = {
  name: 'first-provisioning',
  title:
    'first provisioning: 3 hosts (with Python, for the peers), a JAR of 15 MB, 2,000 files and 3 containers each',
  figures: time(),
  against: [
    floor(how.floor, { goals: within(1.5) }),
    peer('mitogen', how.mitogen, { goals: faster(4), most: 1 }),
    rsync,
    peer('pyinfra', how.pyinfra, { goals: faster(4), most: 1 }),
  ],
  most: 3,
  async open(bench) {
    const site = await trio(bench)
    return measuresOf(bench, site, { name: 'first', hosts: await site.hosts(), options: [] })
  },
}

/** Without those who copy file by file: with several round trips for each they take many minutes. */
const far = (rtt: number): Workload => ({
  name: `first-provisioning-${rtt}`,
  title: `first provisioning, as before, hosts ${rtt} ms of round trip away`,
  figures: time(),
  against: [floor(how.floor, { goals: within(1.5) }), rsync],
  most: 3,
  async open(bench) {
    const site = await trio(bench)
    const away = await moveAway(bench, site, rtt)
    return measuresOf(bench, site, { name: `first-${rtt}`, ...away })
  },
})

export const firstProvisioning26 = far(26)
export const firstProvisioning100 = far(100)

/** How all contenders reach the hosts. */
interface Way extends Pick<Far, 'hosts' | 'options'> {
  /** Of what is written for it. */
  readonly name: string
}

async function measuresOf(bench: Bench, site: Site, { name, hosts: there, options }: Way): Promise<Measures> {
  const config = join(site.dir, `${name}-config`)
  await writeFile(config, (await site.provision('ssh-config', ...options)).stdout)
  const starts = Array.from({ length: containers }, (_, index) => runIdle(imageOf(bench), index))
  const mitogen = await ansible(bench, there, {
    ...{ name: `mitogen-${name}`, playbook: ansiblePlay(site, files, starts), strategy: 'mitogen_linear' },
  })
  const synchronized = await ansible(bench, there, {
    ...{ name: `rsync-${name}`, playbook: ansibleRsyncPlay(site, files, config, starts) },
    strategy: 'mitogen_linear',
  })
  const deploy = await pyinfra(bench, there, { name, operations: pyinfraDeploy(site, files, starts) })
  const folder = join(jarOf(site), '..')
  const floorArguments = [config, folder, `www-${files}`, starts.join(' && '), ...hosts]
  const afresh = (work: () => Promise<Ended>) => async (): Promise<Figures> => {
    await bare(site)
    const figures = await took(work())
    await complete(site)
    return figures
  }
  const runByHand = () => bench.program('sh', '-c', byHand, 'sh', ...floorArguments)
  // A node's first containers take half a second more: else only who comes first in the turns would pay for them.
  await runByHand()
  return {
    ours: afresh(() => site.provision('refresh', '--plain', ...options, ...params(files, containers))),
    floor: afresh(runByHand),
    mitogen: afresh(mitogen),
    'mitogen-rsync': afresh(synchronized),
    pyinfra: afresh(deploy),
  }
}

/**
 * Everything that anybody has put on the hosts goes out of the way. It is not removed: ext4 without a journal looks at each
 * inode that was freed within the last minutes before it takes one (`recently_deleted` in fs/ext4/ialloc.c), which costs the
 * next one to make files seconds, and first provisioning is of hosts on which nobody has just removed thousands.
 */
const bare = (site: Site): Promise<unknown> =>
  Promise.all(
    hosts.map((host) =>
      site.on(
        host,
        'sh',
        '-c',
        `docker ps -aq | xargs -r docker rm -f; ! [ -e ${target} ] || mv ${target} "$(mktemp -d /var/gone.XXXXXX)"; sync`,
      ),
    ),
  )

/** @throws Error where somebody has not done the whole work */
async function complete(site: Site): Promise<void> {
  const look = `find ${target}/www -type f | wc -l; docker ps -q | wc -l; stat -c %s ${target}/app.jar`
  const wanted = [files, containers, 15_000_000].join(' ')
  for (const host of hosts) {
    const found = (await site.on(host, 'sh', '-c', look)).split(/\s+/).join(' ')
    if (found !== wanted) throw new Error(`${host} has ${found}, not ${wanted}: files, containers, bytes`)
  }
}
