/** Does something at its first call, and gives that result ever after. */
export function once<T extends object>(work: () => T): () => T {
  let result: T | undefined
  return () => (result ??= work())
}
