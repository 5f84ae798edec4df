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

/**
 * Does work that has to end within so many milliseconds, by itself or when its signal is aborted.
 * @param late what it fails with when it takes longer
 */
export async function within<T>(
  milliseconds: number,
  late: () => Error,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(late()), milliseconds)
  const either = AbortSignal.any([signal, limit.signal])
  // All that goes on at once listens to it.
  setMaxListeners(0, either)
  try {
    return await work(either)
  } catch (error) {
    // Whatever it failed with then comes from that.
    if (!signal.aborted) limit.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
