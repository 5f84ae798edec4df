/**
 * Acts once a signal is aborted: at once where that is so already, which no listener would be told any more.
 * @returns how to stop listening
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act()
    return () => undefined
  }
  signal.addEventListener('abort', act, { once: true })
  return () => signal.removeEventListener('abort', act)
}

/** What work comes to; or, for work that cannot be told, a failure as soon as a signal is aborted, while it goes on unheard. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(new Error('given up', { cause: signal.reason })))
    void work.then(resolve, reject).finally(forget)
  })
}
