import { setMaxListeners } from 'node:events'

/**
 * Aborted after so many milliseconds; like `AbortSignal.timeout`, it keeps no process alive. Unlike that, its timer holds it:
 * before Node 24 a timeout that only `AbortSignal.any` knows is garbage, and may never fire (nodejs/node#57736).
 */
export function timeLimit(milliseconds: number): AbortSignal {
  const limit = new AbortController()
  setTimeout(
    () => limit.abort(new DOMException(`${milliseconds} ms are over`, 'TimeoutError')),
    milliseconds,
  ).unref()
  return limit.signal
}

/** What is too late may end in good order for this long, such as by ending what it runs on a host. Milliseconds. */
const ending = 2_000

/**
 * Does work that has to end within so many milliseconds, by itself or when its signal is aborted. Work that takes no notice
 * of that is left to itself 2 s later, whatever it comes to.
 * @param late what it fails with when it takes longer
 */
export async function within<T>(
  milliseconds: number,
  late: () => Error,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = late()
      timer = setTimeout(() => reject(error), ending)
      limit.abort(error)
    }, milliseconds)
  })
  const either = AbortSignal.any([signal, limit.signal])
  // All that goes on at once listens to it.
  setMaxListeners(0, either)
  try {
    return await Promise.race([work(either), overdue])
  } catch (error) {
    // Whatever it failed with then comes from that.
    if (!signal.aborted) limit.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** What comes in time; undefined for what is late or fails. */
export async function ifInTime<T>(work: Promise<T>, limit: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limit)
  })
  try {
    return await Promise.race([work.catch(() => undefined), late])
  } finally {
    clearTimeout(timer)
  }
}
