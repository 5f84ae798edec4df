import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { took } from '../contenders.ts'
import { askingHosts, type Asked } from '../floors/ask-hosts.ts'
import type { Ended } from '../processes.ts'
import type { Site, SiteHost } from '../sites.ts'
import type { Figures, Measure } from '../workload.ts'
import { ansible, unchanged } from './ansible.ts'
import { noOperation, pyinfra } from './pyinfra.ts'
import { ansiblePlay, ansibleRsyncPlay, pyinfraDeploy } from './trio-plays.ts'
import { pageNames, target, type Count } from './trio.ts'

/** What everybody does who finds nothing to do. */
export const how = {
  floor: 'a bare Node.js script: connect to three hosts, stat and sha256sum of the same files, list Docker',
  ansible: '`file`, `copy` of the JAR, `copy` of the folder; pipelining, open SSH connections, no facts',
  mitogen: 'the same playbook with the strategy mitogen_linear',
  rsync: 'Ansible with `rsync` in place of `copy` for the folder, as its `synchronize` does',
  pyinfra: '`files.directory`, `files.put`, `files.sync`, all hosts at once',
}

/** Which hosts, what there is on them, and a name for the files that are made for it. */
export interface Task {
  readonly name: string
  readonly hosts: readonly SiteHost[]
  readonly count: Count
}

/**
 * How long a run took that found nothing to do.
 * @param verify throws where it did something
 */
const idle = async (running: Promise<Ended>, verify: (ended: Ended) => void): Promise<Figures> => {
  const ended = await running
  verify(ended)
  return { time: ended.ms }
}

/** The refreshes of everybody but us on hosts on which all is as it should be. */
export async function idleMeasures(
  bench: Bench,
  site: Site,
  { name, hosts, count }: Task,
): Promise<Readonly<Record<'floor' | 'ansible' | 'mitogen' | 'pyinfra', Measure>>> {
  const ask = await askingHosts(
    bench,
    name,
    hosts.map((host) => asked(host, count)),
  )
  const playbook = ansiblePlay(site, count)
  const linear = await ansible(bench, hosts, { name: `${name}-linear`, playbook, strategy: 'linear' })
  const mitogen = await ansible(bench, hosts, {
    ...{ name: `${name}-mitogen`, playbook, strategy: 'mitogen_linear' },
  })
  const deploy = await pyinfra(bench, hosts, { name, operations: pyinfraDeploy(site, count) })
  return {
    floor: () => took(ask()),
    ansible: () => idle(linear(), unchanged),
    mitogen: () => idle(mitogen(), unchanged),
    pyinfra: () => idle(deploy(), noOperation),
  }
}

/** The same of Mitogen with rsync. */
export async function idleRsync(bench: Bench, site: Site, { name, hosts, count }: Task): Promise<Measure> {
  const config = join(site.dir, 'ssh-config')
  await writeFile(config, (await site.provision('ssh-config')).stdout)
  const rsync = await ansible(bench, hosts, {
    ...{ name: `${name}-rsync`, playbook: ansibleRsyncPlay(site, count, config), strategy: 'mitogen_linear' },
  })
  // By date and size it tells whether a file has changed: the dates that others gave them are not its own.
  let adopted: Promise<Ended> | undefined
  return async () => {
    await (adopted ??= rsync())
    return idle(rsync(), unchanged)
  }
}

const asked = ({ address, port, user, identityFile }: SiteHost, count: Count): Asked => ({
  ...{ address, port, user, identityFile, docker: true },
  files: [`${target}/app.jar`, ...pageNames(count).map((page) => `${target}/www/${page}`)],
})
