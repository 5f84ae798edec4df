import { cpus, loadavg, release, totalmem } from 'node:os'
import type { Bench } from './bench.ts'

/** Where and when something was measured. */
export interface Machine {
  readonly date: string
  readonly cpu: string
  readonly cores: number
  /** Bytes. */
  readonly memory: number
  readonly kernel: string
  readonly docker: string
  readonly storage: string
  readonly node: string
  /** What else was measured. */
  readonly tools: Bench['toolbox']['versions']
  /** Processes that wanted to run, on average over the minute before. */
  readonly load: number
}

export async function thisMachine({ docker, toolbox }: Pick<Bench, 'docker' | 'toolbox'>): Promise<Machine> {
  const info = await docker('info', '--format', '{{.ServerVersion}} {{.Driver}}')
  const [version = '', storage = ''] = info.split(' ')
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: totalmem(),
    kernel: release(),
    docker: version,
    storage,
    node: process.version,
    tools: toolbox.versions,
    load: loadavg()[0] ?? 0,
  }
}

/** For people, in a few lines. */
export const captionOf = ({
  date,
  cpu,
  cores,
  memory,
  kernel,
  docker,
  node,
  tools,
}: Machine): readonly string[] => [
  `${date.slice(0, 10)}: ${cores} × ${cpu}, ${Math.round(memory / 2 ** 30)} GiB, Linux ${kernel}, Docker ${docker}, Node.js ${node}`,
  Object.entries(tools)
    .map(([name, version]) => `${name} ${version}`)
    .join(', '),
]
