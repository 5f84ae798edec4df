import { appendFile, cp, mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench } from './bench.ts'
import { benchLabel, clearEngine } from './clear.ts'
import { at, eventsOf, listAt } from './json.ts'
import { run, type Ended } from './processes.ts'
import { edit } from './project.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A project of a workload's own: one playbook, and nodes that have what the peers need of a host. */
export interface Site {
  readonly dir: string
  /** The tool as a process, in it. */
  readonly provision: (...args: readonly string[]) => Promise<Ended>
  readonly hosts: () => Promise<readonly SiteHost[]>
  /** Runs a command in the node of a host, as root and past SSH. */
  readonly on: (host: string, ...argv: readonly string[]) => Promise<string>
}

/** How a host is reached over SSH. */
export interface SiteHost {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly identityFile: string
  /** Its host key, as lines of known_hosts end. */
  readonly key: string
  /** A file that holds the key, for this address and port. */
  readonly knownHosts: string
}

/** Ansible and pyinfra's `files.sync` need nothing less; our own runs use the same nodes. */
const forPeers =
  'RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3 rsync'

/**
 * Makes one below the bench's folder.
 * @param files of the project by their paths; the playbook is `playbooks/NAME/playbook.ts`, and `../../boxes/coreos/box.ts` its box
 */
export async function openSite(
  bench: Bench,
  name: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<Site> {
  const id = `${bench.id}-${name}`
  const dir = join(await realpath(bench.dir), 'sites', name)
  await mkdir(dir, { recursive: true })
  const provision = (...args: readonly string[]) => bench.tool(dir, ...args)
  bench.onClose(async () => {
    const { signal } = new AbortController()
    const docker = async (...args: readonly string[]) =>
      (await run(['docker', ...args], { signal })).stdout.trim()
    await clearEngine(docker, { id, dir })
  })
  await cp(join(root, 'boxes'), join(dir, 'boxes'), { recursive: true })
  await edit(join(dir, 'boxes/coreos/box.ts'), /name: 'coreos'/g, `name: '${id}'`)
  await appendFile(join(dir, 'boxes/coreos/Dockerfile'), `\n${forPeers}\nLABEL ${benchLabel}=${id}\n`)
  await writeFile(
    join(dir, 'package.json'),
    JSON.stringify({ type: 'module', provision: { playbook: name } }),
  )
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
  }
  return {
    dir,
    provision,
    hosts: async () => hostsIn((await provision('ssh-config', '--json')).stdout, dir),
    on: async (host, ...argv) => {
      const filters = [`provision.project=${dir}`, `provision.host=${host}`].flatMap((label) => [
        '--filter',
        `label=${label}`,
      ])
      const node = await bench.docker('ps', '--quiet', ...filters)
      return bench.docker('exec', node, ...argv)
    },
  }
}

async function hostsIn(stdout: string, dir: string): Promise<readonly SiteHost[]> {
  const targets = listAt(eventsOf(stdout, 'result')[0], 'data')
  const hosts = await Promise.all(
    targets.map(async (target) => ({
      name: String(at(target, 'name')),
      address: String(at(target, 'address')),
      port: Number(at(target, 'port')),
      user: String(at(target, 'user')),
      identityFile: String(at(target, 'identityFile')),
      key: await keyIn(String(listAt(target, 'knownHosts')[0]), String(at(target, 'hostKeyAlias'))),
    })),
  )
  return known(join(dir, 'known_hosts'), hosts)
}

async function keyIn(file: string, alias: string): Promise<string> {
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(' '))
  const line = lines.find(([name]) => name === alias)
  if (!line) throw new Error(`${file} does not hold ${alias}`)
  return line.slice(1).join(' ')
}

/** Hosts whose keys are in that file, by their addresses: not everybody can look them up by another name. */
export async function known(
  file: string,
  hosts: readonly Omit<SiteHost, 'knownHosts'>[],
): Promise<readonly SiteHost[]> {
  const line = ({ address, port, key }: (typeof hosts)[number]) =>
    `${port === 22 ? address : `[${address}]:${port}`} ${key}\n`
  await writeFile(file, hosts.map(line).join(''))
  return hosts.map((host) => ({ ...host, knownHosts: file }))
}
