/** Lets at most so many pieces of work run at once; the others wait in their order. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>

export function limitTo(count: number): Limit {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= count) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The place is handed on, so that nobody slips in between.
      if (next) next()
      else running--
    }
  }
}
