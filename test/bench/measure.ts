import type { Bench } from './bench.ts'
import { outcomeOf, type Outcome } from './outcome.ts'
import { showValue } from './show-value.ts'
import type { Figures, Workload } from './workload.ts'

interface Entrant {
  readonly name: string
  readonly most?: number
}

/** Measures all contenders of a workload in turns, so that whatever else the machine does meets all of them. */
export async function measure(
  workload: Workload,
  bench: Bench,
  runs: number,
  say: (line: string) => void,
): Promise<Outcome> {
  const { name, most } = workload
  const { missing } = bench.toolbox
  say(`• ${name}: getting ready`)
  const measures = await workload.open(bench)
  const there = workload.against.filter(({ needs }) => needs === undefined || missing[needs] === undefined)
  const entrants: readonly Entrant[] = [{ name: 'ours' }, ...there]
  const once = async (who: string): Promise<Figures> => {
    bench.signal.throwIfAborted()
    const work = measures[who]
    if (!work) throw new Error(`${name} has no measure of ${who}`)
    return work()
  }
  const failed = new Map<string, string>()
  const takesPart = (entrant: Entrant, round: number) =>
    round <= (entrant.most ?? runs) && !failed.has(entrant.name)
  // One that fails is out from then on; the others are worth measuring all the same.
  const attempt = async (who: string): Promise<Figures | undefined> => {
    try {
      return await once(who)
    } catch (error) {
      if (who === 'ours' || bench.signal.aborted) throw error
      const text = error instanceof Error ? error.message : String(error)
      say(`failed: ${name}: ${who}: ${text}`)
      failed.set(who, text.split('\n')[0]?.slice(0, 100) ?? '')
      return undefined
    }
  }
  if (most === undefined)
    for (const entrant of entrants) if (entrant.most === undefined) await attempt(entrant.name)
  const rounds: Record<string, Figures[]> = {}
  const count = Math.min(runs, most ?? runs)
  for (let round = 1; round <= count; round++) {
    // Who comes second finds warmer caches, so they take turns in that too.
    const order = round % 2 === 1 ? entrants : entrants.toReversed()
    for (const entrant of order.filter((one) => takesPart(one, round))) {
      const figures = await attempt(entrant.name)
      if (!figures) continue
      ;(rounds[entrant.name] ??= []).push(figures)
      say(`• ${name} ${round}/${count}: ${entrant.name} ${shown(workload, figures)}`)
    }
  }
  return outcomeOf(workload, rounds, bench.toolbox, failed)
}

const shown = ({ figures }: Workload, values: Figures): string =>
  Object.entries(figures)
    .flatMap(([key, { unit }]) => {
      const value = values[key]
      return value === undefined ? [] : [showValue(value, unit)]
    })
    .join(', ')
