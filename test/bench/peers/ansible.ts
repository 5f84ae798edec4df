import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Bench } from '../bench.ts'
import { run, type Ended } from '../processes.ts'
import type { SiteHost } from '../sites.ts'
import { python } from '../tools.ts'

/** A playbook of Ansible's, ready to run. */
export interface Play {
  /** In the folder of the play, under this name. */
  readonly name: string
  /** As YAML. Its hosts are `all`. */
  readonly playbook: string
  readonly strategy: 'linear' | 'mitogen_linear'
}

/**
 * Ansible as those who know it set it up: pipelining, SSH connections that stay open, all hosts at once, no gathering of
 * facts, the path of Python given.
 */
export async function ansible(
  bench: Bench,
  hosts: readonly SiteHost[],
  { name, playbook, strategy }: Play,
): Promise<() => Promise<Ended>> {
  const dir = join(bench.dir, 'ansible', name)
  // A socket's path has little room: below the temporary folder itself.
  const sockets = join(dirname(bench.dir), `${bench.id}-cm`)
  await mkdir(dir, { recursive: true })
  await mkdir(sockets, { recursive: true, mode: 0o700 })
  bench.onClose(() => endMasters(sockets))
  const plugins = strategy === 'linear' ? [] : [`strategy_plugins = ${await mitogenPlugins(bench)}`]
  await writeFile(join(dir, 'play.yml'), playbook)
  await writeFile(join(dir, 'hosts.ini'), ['[all]', ...hosts.map(lineOf), ''].join('\n'))
  await writeFile(
    join(dir, 'ansible.cfg'),
    [
      '[defaults]',
      `inventory = ${join(dir, 'hosts.ini')}`,
      `forks = ${Math.max(5, hosts.length)}`,
      'gathering = explicit',
      'interpreter_python = /usr/bin/python3',
      `local_tmp = ${join(dir, 'tmp')}`,
      'retry_files_enabled = False',
      `strategy = ${strategy}`,
      ...plugins,
      '[ssh_connection]',
      'pipelining = True',
      `control_path_dir = ${sockets}`,
      `control_path = ${sockets}/%%C`,
      `ssh_args = -F /dev/null -o ControlMaster=auto -o ControlPersist=60s -o IdentitiesOnly=yes`,
      '',
    ].join('\n'),
  )
  const env = { ANSIBLE_CONFIG: join(dir, 'ansible.cfg'), ANSIBLE_HOME: join(dir, 'home') }
  const argv = ['ansible-playbook', join(dir, 'play.yml')]
  return () => run(argv, { cwd: dir, env, signal: bench.signal, limit: 900_000 })
}

const lineOf = ({ name, address, port, user, identityFile, knownHosts }: SiteHost): string =>
  [
    name,
    `ansible_host=${address} ansible_port=${port} ansible_user=${user}`,
    `ansible_ssh_private_key_file=${identityFile}`,
    `ansible_ssh_common_args='-o UserKnownHostsFile=${knownHosts}'`,
  ].join(' ')

/** @throws Error where a task was not as it should be when nothing was to do */
export function unchanged({ stdout }: Ended): void {
  const changed = /changed=[1-9]/.exec(stdout)
  if (changed) throw new Error(`Ansible found something to change:\n${stdout.slice(-1_500)}`)
}

async function mitogenPlugins({ program }: Bench): Promise<string> {
  const where = 'import ansible_mitogen, os; print(os.path.dirname(ansible_mitogen.__file__))'
  // Its measure is not called where it is missing.
  const { stdout } = await program(python, '-c', where).catch(() => ({ stdout: '/nonexistent' }))
  return join(stdout.trim(), 'plugins/strategy')
}

/** The connections that stay open would do so for a minute after the end. */
async function endMasters(sockets: string): Promise<void> {
  const { signal } = new AbortController()
  const end = (name: string) => {
    const argv = ['ssh', '-F', '/dev/null', '-o', `ControlPath=${join(sockets, name)}`, '-O', 'exit', 'any']
    return run(argv, { signal, limit: 5_000 }).catch(() => undefined)
  }
  const names = await readdir(sockets)
  for (let at = 0; at < names.length; at += 20) await Promise.all(names.slice(at, at + 20).map(end))
  await rm(sockets, { recursive: true, force: true })
}
