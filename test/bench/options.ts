import { parseArgs } from 'node:util'

export interface Options {
  /** Repetitions of each workload. */
  readonly runs: number
  /** Names of workloads; all when empty. */
  readonly only: readonly string[]
  readonly json: boolean
}

/**
 * Reads the words of a call.
 * @throws Error with what is wrong, for people
 */
export function optionsFrom(argv: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  })
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1 || runs > 100) {
    throw new RangeError(`--runs ${values.runs}: not a number from 1 to 100`)
  }
  const unknown = values.only.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new RangeError(`--only ${unknown}: there are ${known.join(', ')}`)
  return { runs, only: values.only, json: values.json }
}
