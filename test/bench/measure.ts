import type { Bench } from './bench.ts'
import { ratioOf, summaryOf } from './statistics.ts'
import type { Contender, Outcome, Workload } from './workload.ts'

const contenders: readonly Contender[] = ['floor', 'ours']

/** Measures all contenders of a workload in turns, so that whatever else the machine does meets all of them. */
export async function measure(
  { open, most, ...described }: Workload,
  bench: Bench,
  runs: number,
  say: (line: string) => void,
): Promise<Outcome> {
  const { name } = described
  say(`• ${name}: getting ready`)
  const measures = await open(bench)
  if (most === undefined) for (const contender of contenders) await measures[contender]()
  const values: Record<Contender, number[]> = { floor: [], ours: [] }
  const rounds = Math.min(runs, most ?? runs)
  for (let round = 1; round <= rounds; round++) {
    // Who comes second finds warmer caches, so they take turns in that too.
    for (const contender of round % 2 === 1 ? contenders : contenders.toReversed()) {
      bench.signal.throwIfAborted()
      values[contender].push(await measures[contender]())
    }
    const last = contenders.map((one) => `${one} ${Math.round(values[one].at(-1) ?? 0)} ${described.unit}`)
    say(`• ${name} ${round}/${rounds}: ${last.join(', ')}`)
  }
  const measured = { floor: summaryOf(values.floor), ours: summaryOf(values.ours) }
  return { ...described, measured, ratio: ratioOf(values.ours, values.floor) }
}
