import { writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { format } from 'prettier'
import { openBench, type Bench } from './bench.ts'
import { optionsOrEnd } from './call.ts'
import { captionOf, thisMachine, type Machine } from './machine.ts'
import { measure } from './measure.ts'
import type { Options } from './options.ts'
import { pictureOf } from './picture.ts'
import { tableOf } from './show.ts'
import type { Outcome } from './outcome.ts'
import { workloads } from './workloads/index.ts'

// A terminal that is closed takes both with it. What is left then, and matters, is to remove what was made.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** No measurement here is good for more than four digits. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value

interface Results {
  readonly machine: Machine
  readonly outcomes: readonly Outcome[]
  /** Names of the workloads that could not be measured. */
  readonly failed: readonly string[]
}

async function measureAll(bench: Bench, { runs, only, without }: Options): Promise<Results> {
  const machine = await thisMachine(bench)
  const outcomes: Outcome[] = []
  const failed: string[] = []
  for (const workload of workloads.filter(({ name }) => only.length === 0 || only.includes(name))) {
    try {
      const against = workload.against.filter(({ name }) => !without.includes(name))
      outcomes.push(await measure({ ...workload, against }, bench, runs, say))
    } catch (error) {
      if (bench.signal.aborted) break
      failed.push(workload.name)
      say(`failed: ${workload.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { machine, outcomes, failed }
}

/** Measures, shows, and keeps the results of a run of all workloads; whether all could be measured. */
async function benchmark(options: Options, signal: AbortSignal): Promise<boolean> {
  const bench = await openBench(signal)
  const { machine, outcomes, failed } = await measureAll(bench, options).finally(bench.close)
  const report = JSON.stringify({ machine, runs: options.runs, workloads: outcomes, failed }, rounded)
  if (options.json) console.log(report)
  else if (outcomes.length > 0) console.log([...captionOf(machine), '', tableOf(outcomes)].join('\n'))
  if (!signal.aborted && options.only.length + options.without.length === 0) {
    const folder = new URL('results/', import.meta.url)
    await writeFile(new URL('latest.json', folder), await format(report, { parser: 'json' }))
    await writeFile(new URL('latest.svg', folder), pictureOf(outcomes, captionOf(machine)))
  }
  return failed.length === 0
}

/** Runs until the end, or until a signal comes, at whatever point; the exit code. */
async function main(options: Options): Promise<number> {
  const stop = new AbortController()
  let code: number | undefined
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // What is removed then is not left half removed by a second one.
      if (code !== undefined) return
      code = 128 + constants.signals[name]
      say(`stopped by ${name}: removing what was made`)
      stop.abort(new Error(`stopped by ${name}`))
    })
  }
  try {
    const complete = await benchmark(options, stop.signal)
    return code ?? (complete ? 0 : 1)
  } catch (error) {
    if (code === undefined) throw error
    // That it was stopped has been said.
    if (error !== stop.signal.reason) say(`error: ${error instanceof Error ? error.message : String(error)}`)
    return code
  }
}

process.exitCode = await main(optionsOrEnd())
