/** All that something leads to by its edges, directly or through others, itself too. */
export function reachable<T>(from: T, edgesOf: (one: T) => Iterable<T>): ReadonlySet<T> {
  const found = new Set([from])
  // What is added meanwhile is gone through as well.
  for (const one of found) for (const next of edgesOf(one)) found.add(next)
  return found
}
