/** Lets through together what arrives at about the same time. */
export interface Gate<T> {
  /** Waits to be let through. Rejects when all has been given up before. */
  readonly arrive: (item: T) => Promise<void>
  /** One that was expected does not come. */
  readonly leave: () => void
  /** Where none has been let through yet, none will be. Tells whether that is so. */
  readonly giveUp: (reason: Error) => boolean
}

/**
 * A gate that opens when all have come that are expected; and once some have, also when no other has come for a while: who
 * is slow holds up nobody for longer than that.
 * @param quiet how long that is; milliseconds
 * @param onOpen told what goes through, before it does
 */
export function createGate<T>(
  expected: number,
  quiet: number,
  onOpen: (items: readonly T[]) => void,
): Gate<T> {
  let waiting: {
    readonly item: T
    readonly resolve: () => void
    readonly reject: (reason: Error) => void
  }[] = []
  let left = expected
  let isOpened = false
  let givenUp: Error | undefined
  let timer: NodeJS.Timeout | undefined

  const open = (): void => {
    clearTimeout(timer)
    const through = waiting
    waiting = []
    if (through.length === 0) return
    isOpened = true
    onOpen(through.map(({ item }) => item))
    for (const { resolve } of through) resolve()
  }
  const stir = (): void => {
    clearTimeout(timer)
    if (waiting.length > 0) timer = setTimeout(open, left === 0 ? 0 : quiet)
  }
  return {
    arrive(item) {
      if (givenUp) return Promise.reject(givenUp)
      left--
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        stir()
      })
    },
    leave() {
      left--
      stir()
    },
    giveUp(reason) {
      if (isOpened) return false
      givenUp ??= reason
      clearTimeout(timer)
      for (const { reject } of waiting.splice(0)) reject(givenUp)
      return true
    },
  }
}
