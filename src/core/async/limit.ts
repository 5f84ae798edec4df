/** Runs tasks, only so many at a time; the others wait in line. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>

/** A line for at most `most` tasks at once. */
export function createLimit(most: number): Limit {
  const waiting: (() => void)[] = []
  let free = most
  return async (task) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      // The place is handed on, so that nobody slips in between.
      if (next) next()
      else free++
    }
  }
}
