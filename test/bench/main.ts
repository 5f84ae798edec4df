import { writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import { openBench } from './bench.ts'
import { captionOf, thisMachine, type Machine } from './machine.ts'
import { measure } from './measure.ts'
import { optionsFrom, type Options } from './options.ts'
import { pictureOf } from './picture.ts'
import { tableOf } from './show.ts'
import type { Outcome } from './workload.ts'
import { workloads } from './workloads/index.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Measures, shows, and keeps the results of a run of all workloads; the exit code. */
async function main({ runs, only, json }: Options): Promise<number> {
  const stopped = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      say('stopping; removing what was made')
      stopped.abort(new Error(`stopped by ${name}`))
    })
  }
  const chosen = workloads.filter(({ name }) => only.length === 0 || only.includes(name))
  const outcomes: Outcome[] = []
  const failures: string[] = []
  const bench = await openBench(stopped.signal)
  let machine: Machine | undefined
  try {
    machine = await thisMachine(bench)
    for (const workload of chosen) {
      try {
        outcomes.push(await measure(workload, bench, runs, say))
      } catch (error) {
        if (stopped.signal.aborted) break
        failures.push(`${workload.name}: ${error instanceof Error ? error.message : String(error)}`)
        say(`failed: ${failures.at(-1) ?? ''}`)
      }
    }
  } finally {
    await bench.close()
  }
  const report = { machine, runs, workloads: outcomes }
  if (json) console.log(JSON.stringify(report))
  else if (outcomes.length > 0) console.log(tableOf(outcomes))
  if (stopped.signal.aborted) return 130
  if (machine && failures.length === 0 && only.length === 0) {
    const folder = new URL('results/', import.meta.url)
    await writeFile(new URL('latest.json', folder), await format(JSON.stringify(report), { parser: 'json' }))
    await writeFile(new URL('latest.svg', folder), pictureOf(outcomes, captionOf(machine)))
  }
  return failures.length === 0 ? 0 : 1
}

function optionsOrEnd(): Options {
  try {
    return optionsFrom(
      process.argv.slice(2),
      workloads.map(({ name }) => name),
    )
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`)
    say('help: scripts/bench.sh --help')
    process.exit(2)
  }
}

process.exitCode = await main(optionsOrEnd())
