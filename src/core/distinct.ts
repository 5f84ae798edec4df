/** Each once of those that are the same by what is told of them: the last of them, in the place of the first. */
export const distinctBy = <T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] => [
  ...new Map(items.map((item) => [keyOf(item), item])).values(),
]
