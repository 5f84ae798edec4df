import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startFleet } from '../../support/fleet.ts'
import type { Bench } from '../bench.ts'
import { faster, floor, peer, time, took } from '../contenders.ts'
import { justConnect } from '../floors/just-connect.ts'
import { nothingChanged } from '../our-profile.ts'
import { ansible, unchanged } from '../peers/ansible.ts'
import { pyinfra } from '../peers/pyinfra.ts'
import type { Ended } from '../processes.ts'
import type { SiteHost } from '../sites.ts'
import { python } from '../tools.ts'
import type { Measure, Workload } from '../workload.ts'

/** Of each host, as everybody puts them there. */
const files = [0, 1, 2, 3, 4]

/** Runs a command, and writes below its output what it took: seconds of CPU, with its own children's, and kB of memory. */
const weigh = `import json, resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("\\n" + json.dumps({"cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss}))
sys.exit(code)`

/** The plainest no-op: no name or path is part of it, they come as arguments. */
const askAll = `
config=$1 target=$2
shift 2
printf '%s\\n' "$@" | xargs -P 16 -I{} ssh -F "$config" {} "sha256sum $target/{}-*"
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

interface Work {
  readonly hosts: readonly SiteHost[]
  /** Files on the controller, in a folder of the project. */
  readonly sources: string
  /** Where they go; all hosts are one machine, so the host is part of their names there. */
  readonly target: string
}

const playbook = (name: string, { hosts, sources, target }: Work): string => `
import { defineBox, definePlaybook, file } from 'provision'
const box = defineBox({ name: 'none', build: new URL('.', import.meta.url) })
const names = ${JSON.stringify(hosts.map(({ name }) => name))}
export default definePlaybook({ name: '${name}', box, hosts: names, resources: ({ hosts }) =>
  names.flatMap((name) => ${JSON.stringify(files)}.map((i) =>
    file(hosts[name], \`${target}/\${name}-\${i}\`, { from: \`${sources}/\${i}\`, mode: 0o644 }))) })
`

const ansiblePlay = ({ sources, target }: Work): string =>
  [
    '- hosts: all',
    '  tasks:',
    ...files.map(
      (i) =>
        `    - copy: { src: ${sources}/${i}, dest: "${target}/{{ inventory_hostname }}-${i}", mode: "0644" }`,
    ),
    '',
  ].join('\n')

const pyinfraDeploy = ({ sources, target }: Work): string =>
  [
    'from pyinfra import host',
    ...files.map((i) => `files.put(src="${sources}/${i}", dest=f"${target}/{host.name}-${i}", mode="644")`),
  ].join('\n')

async function open(
  bench: Bench,
  count: number,
  edited: boolean,
): Promise<Readonly<Record<string, Measure>>> {
  const fleet = await startFleet(count)
  bench.onClose(() => fleet.stop())
  const dir = join(bench.dir, `fleet-${count}${edited ? '-edit' : ''}`)
  const hosts = fleet.targets.map((target) => ({
    ...target,
    ...{ key: '', identityFile: target.identityFile ?? '', knownHosts: target.knownHosts[0] ?? '' },
  }))
  const work = { hosts, sources: join(dir, 'sources'), target: join(dir, 'hosts') }
  for (const folder of [work.sources, work.target]) await mkdir(folder, { recursive: true })
  const source = (i: number, content: string) => writeFile(join(work.sources, String(i)), content)
  await Promise.all(files.map((i) => source(i, `file ${i}\n`)))
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }')
  const refreshing = async (some: readonly SiteHost[]): Promise<() => Promise<Ended>> => {
    const name = `of-${some.length}`
    await mkdir(join(dir, 'playbooks', name), { recursive: true })
    // The whole fleet's files lie where the others put theirs: nobody finds anything to change.
    const own = { ...work, hosts: some, target: some === hosts ? work.target : join(work.target, name) }
    await mkdir(own.target, { recursive: true })
    await writeFile(join(dir, 'playbooks', name, 'playbook.ts'), playbook(name, own))
    await writeFile(join(dir, `${name}.yaml`), fleet.hostsFile(some.length))
    const argv = [...bench.command, 'refresh', name, '--on', `${name}.yaml`, '--json', '--dir', dir]
    return () => bench.program(python, '-c', weigh, ...argv)
  }
  const ours = await refreshing(hosts)
  const one = await refreshing(hosts.slice(0, 1))
  const config = join(dir, 'ssh-config')
  await writeFile(config, sshConfig(hosts))
  const byHand = () =>
    bench.program('sh', '-c', askAll, 'sh', config, work.target, ...hosts.map(({ name }) => name))
  const linear = await ansible(bench, hosts, {
    ...{ name: `fleet-${count}`, playbook: ansiblePlay(work), strategy: 'linear' },
  })
  const deploy = await pyinfra(bench, hosts, { name: `fleet-${count}`, operations: pyinfraDeploy(work) })
  await ours()
  await one()

  let edits = 0
  const edit = async (): Promise<void> => {
    if (edited) await source(0, `edit ${++edits}\n`)
  }
  return {
    ours: async () => {
      await edit()
      const alone = weightIn((await one()).stdout)
      const { stdout, ms } = await ours()
      if (!edited) nothingChanged(stdout)
      const { cpu, memory } = weightIn(stdout)
      return { time: ms, cpu: cpu / count, growth: (cpu - alone.cpu) / (count - 1), memory }
    },
    ansible: async () => {
      await edit()
      const ended = await linear()
      if (!edited) unchanged(ended)
      return { time: ended.ms }
    },
    floor: async () => {
      await edit()
      return took(byHand())
    },
    connect: async () => ({ time: await justConnect(hosts) }),
    pyinfra: async () => {
      await edit()
      return took(deploy())
    },
  }
}

/** Milliseconds of CPU, megabytes. */
function weightIn(stdout: string): { readonly cpu: number; readonly memory: number } {
  const [, cpu = '', memory = ''] = /\{"cpu": ([\d.e-]+), "memory": (\d+)\}\s*$/.exec(stdout) ?? []
  return { cpu: Number(cpu) * 1_000, memory: Number(memory) / 1_000 }
}

const fleetOf = (count: number, edited: boolean): Workload => ({
  name: `fleet-${count}${edited ? '-edit' : ''}`,
  title: `refresh of ${count} hosts, sshd on as many loopback addresses, 5 files each: ${edited ? 'one file changed' : 'nothing changed'}`,
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
      name: 'connect',
      title: 'SSH connections alone',
      how: 'as many bare connections by the library that ours uses, in a process that runs already, and nothing done over them',
    },
    // It takes minutes, and as long whether a file has changed or not.
    ...(edited
      ? []
      : [peer('ansible', '`copy` of each file, forks = hosts, pipelining', { goals: faster(20), most: 1 })]),
    peer('pyinfra', '`files.put` of each file, all hosts at once', { goals: faster(5), most: 1 }),
  ],
  open: (bench) => open(bench, count, edited),
})

export const fleets: readonly Workload[] = [100, 300].flatMap((count) => [
  fleetOf(count, false),
  fleetOf(count, true),
])
