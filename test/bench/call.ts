import { optionsFrom, type Options } from './options.ts'
import { workloads } from './workloads/index.ts'

/** The options of this call; with what is wrong with them it ends. */
export function optionsOrEnd(): Options {
  try {
    return optionsFrom(
      process.argv.slice(2),
      workloads.map(({ name }) => name),
      [...new Set(workloads.flatMap(({ against }) => against.map(({ name }) => name)))],
    )
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
    process.stderr.write('help: scripts/bench.sh --help\n')
    process.exit(2)
  }
}
