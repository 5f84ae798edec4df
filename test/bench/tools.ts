import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './processes.ts'

/** What bench.sh has installed for the benchmarks alone, and why the rest could not be. */
const folder = fileURLToPath(new URL('../../.provision/bench-tools/', import.meta.url))

interface Tool {
  readonly title: string
  /** Prints its version, on one stream or the other. */
  readonly version: readonly string[]
}

/** The distribution's own Python, for which its packages are made. */
export const python = '/usr/bin/python3'

/** Every tool that something here is measured against. Another one is one more line, and its installation in bench.sh. */
export const tools = {
  ansible: { title: 'Ansible', version: ['ansible-playbook', '--version'] },
  mitogen: {
    title: 'Ansible + Mitogen',
    version: [python, '-c', 'import ansible_mitogen, mitogen; print("%d.%d.%d" % mitogen.__version__)'],
  },
  pyinfra: { title: 'pyinfra', version: [join(folder, 'pyinfra/bin/pyinfra'), '--version'] },
  rsync: { title: 'rsync', version: ['rsync', '--version'] },
  scp: { title: 'scp', version: ['ssh', '-V'] },
  vagrant: { title: 'Vagrant', version: ['vagrant', '--version'] },
} as const satisfies Readonly<Record<string, Tool>>

export type ToolName = keyof typeof tools

const isToolName = (name: string): name is ToolName => Object.hasOwn(tools, name)

/** What there is on this machine. */
export interface Toolbox {
  /** Versions of those that are installed. */
  readonly versions: Readonly<Partial<Record<ToolName, string>>>
  /** Why the others are not. */
  readonly missing: Readonly<Partial<Record<ToolName, string>>>
}

export async function findTools(signal: AbortSignal): Promise<Toolbox> {
  const versions: Partial<Record<ToolName, string>> = {}
  const missing: Partial<Record<ToolName, string>> = {}
  for (const name of Object.keys(tools).filter(isToolName)) {
    try {
      const { stdout, stderr } = await run(tools[name].version, { signal, limit: 60_000 })
      versions[name] = /\d+(\.\d+)+\w*/.exec(stdout + stderr)?.[0] ?? 'unknown'
    } catch {
      signal.throwIfAborted()
      const reason = await readFile(join(folder, `${name}.missing`), 'utf8').catch(() => '')
      missing[name] = reason.trim().split('\n').at(-1) || 'scripts/bench.sh has not installed it'
    }
  }
  return { versions, missing }
}
