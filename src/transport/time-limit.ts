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
