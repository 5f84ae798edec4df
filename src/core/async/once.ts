/** Does something at its first call, and gives that result ever after. */
export function once<T extends object>(work: () => T): () => T {
  let result: T | undefined
  return () => (result ??= work())
}

/** The same for each key: the first call with it does the work. */
export function onceEach<K, T extends object>(work: (key: K) => T): (key: K) => T {
  const results = new Map<K, T>()
  return (key) => {
    const result = results.get(key) ?? work(key)
    results.set(key, result)
    return result
  }
}
