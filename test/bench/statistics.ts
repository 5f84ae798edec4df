/** What several repetitions come to. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
  /** In the order in which they were measured. */
  readonly values: readonly number[]
}

/** @throws RangeError without a value */
export function summaryOf(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const [min, max] = [sorted[0], sorted.at(-1)]
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  if (min === undefined || max === undefined || low === undefined || high === undefined) {
    throw new RangeError('nothing was measured')
  }
  return { median: (low + high) / 2, min, max, values }
}

/**
 * How many times the floor something takes: each repetition against the floor of the same round, which was measured
 * right beside it, so that what else the machine did at that time counts for both.
 */
export function ratioOf(values: readonly number[], floors: readonly number[]): Summary {
  return summaryOf(
    values.flatMap((value, round) => {
      const floor = floors[round]
      return floor === undefined || floor <= 0 ? [] : [value / floor]
    }),
  )
}
