/** When what is under way counts as hanging. Milliseconds. */
export interface HangPatience {
  /** How long it may be silent before the other side is asked for a word. */
  readonly silence: number
  /** How long it may be silent where that word comes: the other side is at work, only this does not get on. */
  readonly most: number
}

/** What is watched. */
export interface UnderWay {
  /** A number that changes while anything gets on; undefined where nothing is under way. */
  readonly progress: () => number | undefined
  /** Has the other side say a word; fails where none comes. */
  readonly ask: () => Promise<unknown>
  /** Called once, with what the asking failed with; or with nothing where it went well and yet nothing gets on. */
  readonly hangs: (silent: number, error?: unknown) => void
}

/**
 * Watches what may take long, and be silent meanwhile.
 * @returns how to stop watching
 */
export function watchForHang(
  { silence, most }: HangPatience,
  { progress, ask, hangs }: UnderWay,
): () => void {
  let last = progress()
  let silent = 0
  let isAsking = false
  const stop = (): void => clearInterval(timer)
  const askNow = async (): Promise<void> => {
    isAsking = true
    const before = silent
    const answer = await ask().then(
      () => (before < most ? 'at work' : undefined),
      (error: unknown) => ({ error }),
    )
    isAsking = false
    // Something may have come while it was asked.
    if (answer === 'at work' || progress() !== last || silent < before) return
    stop()
    hangs(silent, answer?.error)
  }
  const look = (): void => {
    const now = progress()
    silent = now === undefined || now !== last ? 0 : silent + silence
    last = now
    if (silent > 0 && !isAsking) void askNow()
  }
  // It keeps no process: what is under way does.
  const timer = setInterval(look, silence).unref()
  return stop
}
