import { parseArgs } from 'node:util'

export interface Options {
  /** Repetitions of each workload. */
  readonly runs: number
  /** Names of workloads; all when empty. */
  readonly only: readonly string[]
  /** Names of contenders that are left out. */
  readonly without: readonly string[]
  readonly json: boolean
}

/**
 * Reads the words of a call.
 * @throws Error with what is wrong, for people
 */
export function optionsFrom(
  argv: readonly string[],
  known: readonly string[],
  contenders: readonly string[],
): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '3' },
      only: { type: 'string', multiple: true, default: [] },
      without: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  })
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1 || runs > 100) {
    throw new RangeError(`--runs ${values.runs}: not a number from 1 to 100`)
  }
  refuseUnknown('only', values.only, known)
  refuseUnknown('without', values.without, contenders)
  return { runs, only: values.only, without: values.without, json: values.json }
}

function refuseUnknown(option: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new RangeError(`--${option} ${unknown}: there are ${known.join(', ')}`)
}
