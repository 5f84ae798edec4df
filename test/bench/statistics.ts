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
 * How many times another one's: each repetition against that of the same round, which was measured right beside it, so
 * that what else the machine did at that time counts for both. Nothing where no round has both.
 */
export function ratioOf(
  values: readonly (number | undefined)[],
  others: readonly (number | undefined)[],
): Summary | undefined {
  const ratios = values.flatMap((value, round) => {
    const other = others[round]
    return value === undefined || other === undefined || other <= 0 ? [] : [value / other]
  })
  return ratios.length === 0 ? undefined : summaryOf(ratios)
}
