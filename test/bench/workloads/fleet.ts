import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startFleet } from '../../support/fleet.ts'
import type { Bench } from '../bench.ts'
import { faster, floor, peer, time, took } from '../contenders.ts'
import { askingHosts } from '../floors/ask-hosts.ts'
import { justConnect } from '../floors/just-connect.ts'
import { nothingChanged } from '../our-profile.ts'
import { ansible, unchanged } from '../peers/ansible.ts'
import { noOperation, pyinfra } from '../peers/pyinfra.ts'
import type { Ended } from '../processes.ts'
import type { SiteHost } from '../sites.ts'
import { python } from '../tools.ts'
import type { Measure, Workload } from '../workload.ts'
import { fewFiles, webSite, writeSources, type Content, type Folders } from './fleet-content.ts'

/** Runs a command, and writes below its output what it took: seconds of CPU, with its own children's, and kB of memory. */
const weigh = `import json, resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("\\n" + json.dumps({"cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss}))
sys.exit(code)`

const weighed = [python, '-c', weigh]

/** The plainest no-op: no name or path is part of it, they come as arguments. */
const askAll = `
config=$1 target=$2
shift 2
printf '%s\\n' "$@" | xargs -P 16 -I% ssh -F "$config" % "find $target/% -type f | xargs sha256sum"
`

const sshConfig = (hosts: readonly SiteHost[]): string =>
  hosts
    .map(({ name, address, port, user, identityFile, knownHosts }) =>
      [
        `Host ${name}`,
        ...[`HostName ${address}`, `Port ${port}`, `User ${user}`, `IdentityFile ${identityFile}`],
        ...[`UserKnownHostsFile ${knownHosts}`, 'BatchMode yes', ''],
      ].join('\n'),
    )
    .join('')

const playbook = (name: string, hosts: readonly SiteHost[], content: Content, folders: Folders): string => `
import { defineBox, definePlaybook, file, tree } from 'provision'
const box = defineBox({ name: 'none', build: new URL('.', import.meta.url) })
const names = ${JSON.stringify(hosts.map((host) => host.name))}
export default definePlaybook({ name: '${name}', box, hosts: names, resources: ({ hosts }) =>
  names.flatMap((name) => ${content.resources(folders)}) })
`

const ansiblePlay = (tasks: readonly string[]): string =>
  ['- hosts: all', '  tasks:', ...tasks, ''].join('\n')

/** One of the workloads. */
interface Case {
  readonly count: number
  readonly content: Content
  readonly edited: boolean
}

const nameOf = ({ count, content, edited }: Case): string =>
  `fleet-${count}${content.name}${edited ? '-edit' : ''}`

async function open(bench: Bench, which: Case): Promise<Readonly<Record<string, Measure>>> {
  const { count, content, edited } = which
  const name = nameOf(which)
  const fleet = await startFleet(count)
  bench.onClose(() => fleet.stop())
  const dir = join(bench.dir, name)
  const hosts = fleet.targets.map((target) => ({
    ...target,
    ...{ key: '', identityFile: target.identityFile ?? '', knownHosts: target.knownHosts[0] ?? '' },
  }))
  const folders = { sources: join(dir, 'sources'), target: join(dir, 'hosts') }
  await mkdir(folders.target, { recursive: true })
  await writeSources(content, folders.sources)
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }')
  const refreshing = async (some: readonly SiteHost[]): Promise<() => Promise<Ended>> => {
    const part = `of-${some.length}`
    await mkdir(join(dir, 'playbooks', part), { recursive: true })
    // The whole fleet's files lie where the others put theirs: nobody finds anything to change.
    const own = { ...folders, target: some === hosts ? folders.target : join(folders.target, part) }
    await writeFile(join(dir, 'playbooks', part, 'playbook.ts'), playbook(part, some, content, own))
    await writeFile(join(dir, `${part}.yaml`), fleet.hostsFile(some.length))
    const argv = [...bench.command, 'refresh', part, '--on', `${part}.yaml`, '--json', '--dir', dir]
    return () => bench.program(...weighed, ...argv)
  }
  const whole = await refreshing(hosts)
  const one = await refreshing(hosts.slice(0, 1))
  const config = join(dir, 'ssh-config')
  await writeFile(config, sshConfig(hosts))
  const byHand = () =>
    bench.program('sh', '-c', askAll, 'sh', config, folders.target, ...hosts.map((host) => host.name))
  const ask = await askingHosts(
    bench,
    name,
    hosts.map((host) => ({ ...host, files: filesOn(host, content, folders), docker: false })),
    weighed,
  )
  const linear = await ansible(bench, hosts, {
    ...{ name, playbook: ansiblePlay(content.ansible?.(folders) ?? []), strategy: 'linear' },
  })
  const operations = ['from pyinfra import host', ...content.pyinfra(folders)].join('\n')
  const deploy = await pyinfra(bench, hosts, { name, operations })
  await whole()
  await one()

  let edits = 0
  const edit = async (): Promise<void> => {
    if (edited) await writeFile(join(folders.sources, content.edited), textOf(++edits))
  }
  /** @throws Error where a host lacks the latest edit, or something was done though there was none */
  const verify = async (nothingDone: () => void): Promise<void> => {
    if (!edited) {
      nothingDone()
      return
    }
    for (const { name: host } of hosts) {
      const found = await readFile(join(folders.target, host, content.edited), 'utf8')
      if (found !== textOf(edits))
        throw new Error(`${host} holds not the latest edit but ${found.slice(0, 100)}`)
    }
  }
  return {
    ours: async () => {
      await edit()
      const alone = weightIn((await one()).stdout)
      const { stdout, ms } = await whole()
      await verify(() => nothingChanged(stdout))
      const { cpu, memory } = weightIn(stdout)
      return { time: ms, cpu: cpu / count, growth: (cpu - alone.cpu) / (count - 1), memory }
    },
    ansible: async () => {
      await edit()
      const ended = await linear()
      await verify(() => unchanged(ended))
      return { time: ended.ms }
    },
    floor: async () => {
      await edit()
      return took(byHand())
    },
    script: async () => {
      const { stdout, ms } = await ask()
      return { time: ms, cpu: weightIn(stdout).cpu / count }
    },
    connect: async () => {
      const before = process.cpuUsage()
      const ms = await justConnect(hosts)
      const { user, system } = process.cpuUsage(before)
      return { time: ms, growth: (user + system) / 1_000 / count }
    },
    pyinfra: async () => {
      await edit()
      const ended = await deploy()
      await verify(() => noOperation(ended))
      return { time: ended.ms }
    },
  }
}

/**
 * The goal of 15 ms is of a machine on which a bare connection takes 3 ms of CPU. How fast this one is just now, the bare
 * connections of the same run tell.
 */
const mostConnections = 5

const textOf = (edit: number): string => `edit ${edit}\n`

const filesOn = ({ name }: SiteHost, { files }: Content, { target }: Folders): readonly string[] =>
  Object.keys(files).map((file) => `${target}/${name}/${file}`)

/** Milliseconds of CPU, megabytes. */
function weightIn(stdout: string): { readonly cpu: number; readonly memory: number } {
  const [, cpu = '', memory = ''] = /\{"cpu": ([\d.e-]+), "memory": (\d+)\}\s*$/.exec(stdout) ?? []
  return { cpu: Number(cpu) * 1_000, memory: Number(memory) / 1_000 }
}

const fleetOf = (one: Case): Workload => ({
  name: nameOf(one),
  title: `refresh of ${one.count} hosts, sshd on as many loopback addresses, ${one.content.title}: ${one.edited ? 'one file changed' : 'nothing changed'}`,
  figures: {
    ...time(),
    cpu: { title: 'CPU of the controller a host, that of the process included', unit: 'ms' },
    growth: { title: 'CPU of the controller for each further host', unit: 'ms', most: 15 },
    memory: { title: 'memory of the controller', unit: 'MB', most: 300 },
  },
  most: 3,
  against: [
    floor('`ssh` to each host, which tells its files’ checksums; 16 at once'),
    {
      name: 'script',
      title: 'bare script',
      how: 'a Node.js script, also where a file has changed: connects to all hosts at once, stat and sha256sum of their files',
    },
    {
      name: 'connect',
      title: 'SSH connections alone',
      how: 'as many bare connections by the library that ours uses, in a process that runs already, and nothing done over them',
      goals: { growth: { within: mostConnections } },
    },
    // It takes minutes, and as long whether a file has changed or not.
    ...(one.edited || one.content.ansible === undefined
      ? []
      : [peer('ansible', '`copy` of each file, forks = hosts, pipelining', { goals: faster(20), most: 1 })]),
    peer('pyinfra', '`files.put` of each file, all hosts at once', { goals: faster(5), most: 1 }),
  ],
  open: (bench) => open(bench, one),
})

const cases = [
  { count: 100, content: webSite },
  { count: 100, content: fewFiles },
  { count: 300, content: webSite },
  { count: 300, content: fewFiles },
]

export const fleets: readonly Workload[] = cases.flatMap((one) =>
  [false, true].map((edited) => fleetOf({ ...one, edited })),
)
