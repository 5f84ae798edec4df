/** What tells when it is closed. */
interface Closing {
  once(event: 'close', listener: () => void): unknown
}

/** The sessions of a connection that will end by themselves: who finds none free may wait for one of them. */
export interface SessionCount {
  readonly opened: (channel: Closing) => void
  /** Whether one was ever opened. */
  readonly hasOpened: () => boolean
  /** Notes that sshd has refused one because there were too many. */
  readonly refused: () => void
  readonly wasRefused: () => boolean
  /** Waits until the next one ends; undefined where none is open. */
  readonly nextEnd: () => Promise<void> | undefined
}

export function countSessions(): SessionCount {
  let open = 0
  let hasOpened = false
  let wasRefused = false
  const waiting: (() => void)[] = []
  return {
    opened(channel) {
      open++
      hasOpened = true
      channel.once('close', () => {
        open--
        for (const resolve of waiting.splice(0)) resolve()
      })
    },
    hasOpened: () => hasOpened,
    refused: () => (wasRefused = true),
    wasRefused: () => wasRefused,
    nextEnd: () => (open === 0 ? undefined : new Promise((resolve) => waiting.push(resolve))),
  }
}
