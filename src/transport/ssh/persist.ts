import { setTimeout as sleep } from 'node:timers/promises'

/** The first pause, and the longest. Milliseconds. */
const pauses = { first: 100, most: 1_000 }
const tries = 8

/**
 * Tries again what fails for a moment only. The pauses grow, and differ by chance, so that many who were refused together
 * do not come back together.
 * @param mayPass whether an error is of that kind
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  mayPass: (error: unknown) => boolean,
  until: AbortSignal,
): Promise<T> {
  let before: Error | undefined
  for (let done = 1; ; done++) {
    try {
      return await attempt()
    } catch (error) {
      // That time ran out says less than what had used it up.
      if (before !== undefined && until.aborted) throw before
      before = error instanceof Error ? error : undefined
      if (done === tries || !mayPass(error) || until.aborted) throw error
      const pause = Math.min(pauses.most, pauses.first * 2 ** (done - 1))
      await sleep(pause * (0.5 + Math.random()), undefined, { signal: until }).catch(() => {
        throw error
      })
    }
  }
}
