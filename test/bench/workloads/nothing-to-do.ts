import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Bench } from '../bench.ts'
import { floor, time, took } from '../contenders.ts'
import { askingHosts, type Asked } from '../floors/ask-hosts.ts'
import { at, eventsOf, listAt } from '../json.ts'
import { nothingChanged } from '../our-profile.ts'
import { playbookIn } from '../project.ts'
import type { Workload } from '../workload.ts'

export const nothingToDo: Workload = {
  name: 'nothing-to-do',
  title: 'refresh of the reference application with nothing to do',
  figures: time(700),
  against: [
    floor('a bare Node.js script: connect to three hosts, stat and sha256sum of the same files, list Docker'),
  ],
  async open(bench) {
    await bench.system()
    const ask = await askingHosts(bench, 'reference', await hostsOf(bench))
    return {
      floor: () => took(ask()),
      ours: async () => {
        const { stdout, ms } = await bench.provision('refresh', '--json')
        nothingChanged(stdout)
        return { time: ms }
      },
    }
  },
}

/** How to log in to each host, and the files that the playbook puts there. */
async function hostsOf(bench: Bench): Promise<readonly Asked[]> {
  const { stdout } = await bench.provision('status', '--json')
  const www = join(playbookIn(bench.dir), 'www')
  const entries = await readdir(www, { recursive: true, withFileTypes: true })
  const pages = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join('/var/www', relative(www, join(entry.parentPath, entry.name))))
  const jars = ['user', 'auth', 'qa'].map((name) => `/var/hash-collision/${name}.jar`)
  const files = new Map<unknown, readonly string[]>([
    ['web', pages],
    ['app', jars],
  ])
  return listAt(eventsOf(stdout, 'result')[0], 'data', 'hosts').map((host) => ({
    address: String(at(host, 'ssh', 'host')),
    port: Number(at(host, 'ssh', 'port')),
    user: String(at(host, 'ssh', 'user')),
    identityFile: String(at(host, 'ssh', 'identityFile')),
    files: files.get(at(host, 'name')) ?? [],
    docker: true,
  }))
}
