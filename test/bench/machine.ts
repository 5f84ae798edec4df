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
  /** Processes that wanted to run, on average over the minute before. */
  readonly load: number
}

export async function thisMachine({ docker }: Pick<Bench, 'docker'>): Promise<Machine> {
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
    load: loadavg()[0] ?? 0,
  }
}

export const captionOf = ({ date, cpu, cores, docker, node }: Machine): string =>
  `${cores} × ${cpu}, Docker ${docker}, Node.js ${node}, ${date.slice(0, 10)}: times, and how many times the floor`
