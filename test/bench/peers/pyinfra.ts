import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { run, type Ended } from '../processes.ts'
import type { SiteHost } from '../sites.ts'
import { tools } from '../tools.ts'

/** A deploy of pyinfra's: `operations` is Python, after the imports. */
export interface Deploy {
  readonly name: string
  readonly operations: string
}

/** pyinfra as those who know it use it: all hosts at once, no questions asked. */
export async function pyinfra(
  bench: Bench,
  hosts: readonly SiteHost[],
  { name, operations }: Deploy,
): Promise<() => Promise<Ended>> {
  const dir = join(bench.dir, 'pyinfra', name)
  await mkdir(dir, { recursive: true })
  await writeFile(
    join(dir, 'inventory.py'),
    `hosts = [\n${hosts.map((host) => `    ${entryOf(host)},\n`).join('')}]\n`,
  )
  const imports = 'from pyinfra.operations import files, server\n'
  await writeFile(join(dir, 'deploy.py'), `${imports}\n${operations}\n`)
  const become = hosts.every(({ user }) => user === 'root') ? [] : ['--sudo']
  const options = ['-y', ...become, '--parallel', String(hosts.length)]
  const argv = [tools.pyinfra.version[0], ...options, 'inventory.py', 'deploy.py']
  return () => run(argv, { cwd: dir, signal: bench.signal, limit: 900_000 })
}

/** @throws Error where an operation did something when nothing was to do, or no summary tells */
export function noOperation({ stdout, stderr }: Ended): void {
  const [, done] = /Grand total +\d+ +(\d+|-) /.exec(stdout + stderr) ?? []
  if (done !== '-') throw new Error(`pyinfra found something to change:\n${(stdout + stderr).slice(-1_500)}`)
}

const entryOf = ({ name, address, port, user, identityFile, knownHosts }: SiteHost): string => {
  const data = {
    ...{ ssh_hostname: address, ssh_port: port, ssh_user: user, ssh_key: identityFile },
    ...{ ssh_known_hosts_file: knownHosts, ssh_strict_host_key_checking: 'yes' },
    ...{ ssh_config_file: '/dev/null' },
  }
  // Strings and numbers are written alike in both languages.
  return `(${JSON.stringify(name)}, ${JSON.stringify(data)})`
}
