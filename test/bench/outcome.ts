import type { Bench } from './bench.ts'
import { ratioOf, summaryOf, type Summary } from './statistics.ts'
import type { Contender, Figure, RatioGoal, Workload } from './workload.ts'

/** How ours and another one compare, round by round. */
export interface Ratio {
  /** `times`: it takes so many times what ours does. `within`: ours takes so many times what it does. */
  readonly kind: 'times' | 'within'
  readonly summary: Summary
  readonly goal?: number
  readonly reached?: boolean
}

/** What came of one contender. */
export interface Standing extends Pick<Contender, 'name' | 'title' | 'how'> {
  /** Why it was not measured: it is not installed, or it failed. */
  readonly missing?: string
  readonly measured?: Summary
  readonly ratio?: Ratio
}

/** What came of one figure of a workload. */
export interface Reading extends Figure {
  readonly name: string
  readonly ours: Summary
  /** Whether ours came to no more than it should; absent where nothing is said about that. */
  readonly reached?: boolean
  readonly against: readonly Standing[]
}

/** What came of a workload: the shape of its entry in the JSON. */
export interface Outcome {
  readonly name: string
  readonly title: string
  readonly readings: readonly Reading[]
}

/** By contender, what each repetition came to. */
export type Rounds = Readonly<Record<string, readonly Readonly<Record<string, number>>[]>>

/**
 * @param failed why contenders were not measured to the end, by their names
 * @throws Error when ours does not tell one of the figures
 */
export function outcomeOf(
  workload: Workload,
  rounds: Rounds,
  { missing }: Bench['toolbox'],
  failed: ReadonlyMap<string, string> = new Map(),
): Outcome {
  const { name, title, figures, against } = workload
  const readings = Object.entries(figures).map(([key, figure]): Reading => {
    const valuesOf = (who: string) => (rounds[who] ?? []).map((round) => round[key])
    const mine = present(valuesOf('ours'))
    if (mine.length === 0) throw new Error(`ours tells nothing of ${key}`)
    const ours = summaryOf(mine)
    return {
      ...{ name: key, ...figure, ours },
      ...(figure.most === undefined ? {} : { reached: ours.median <= figure.most }),
      against: against.flatMap((contender) => {
        const { needs } = contender
        const absent = needs === undefined ? undefined : missing[needs]
        const failure = failed.get(contender.name)
        const why = absent !== undefined ? `not installed: ${absent}` : failure && `failed: ${failure}`
        return standingOf(contender, key, { mine: valuesOf('ours'), its: valuesOf(contender.name), why })
      }),
    }
  })
  return { name, title, readings }
}

type Values = readonly (number | undefined)[]

const present = (values: Values): readonly number[] => values.filter((value) => value !== undefined)

/** Nothing for a contender that was measured and has nothing to tell of this figure. */
function standingOf(
  { name, title, how, needs, goals }: Contender,
  figure: string,
  { mine, its, why }: { readonly mine: Values; readonly its: Values; readonly why: string | undefined },
): readonly Standing[] {
  const who = { name, title, how }
  if (why !== undefined) return [{ ...who, missing: why }]
  const values = present(its)
  if (values.length === 0) return []
  const goal = goals?.[figure]
  const kind = goal ? kindOf(goal) : needs === undefined ? 'within' : 'times'
  const ratios = kind === 'times' ? ratioOf(its, mine) : ratioOf(mine, its)
  return [{ ...who, measured: summaryOf(values), ...(ratios ? { ratio: judged(kind, ratios, goal) } : {}) }]
}

const kindOf = (goal: RatioGoal): Ratio['kind'] => ('times' in goal ? 'times' : 'within')

function judged(kind: Ratio['kind'], summary: Summary, goal: RatioGoal | undefined): Ratio {
  if (!goal) return { kind, summary }
  return 'times' in goal
    ? { kind, summary, goal: goal.times, reached: summary.median >= goal.times }
    : { kind, summary, goal: goal.within, reached: summary.median <= goal.within }
}
