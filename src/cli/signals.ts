import { setMaxListeners } from 'node:events'
import { ProvisionError } from '../core/error.ts'

/** What a process does when it is told to stop. */
export interface Signals {
  readonly signal: AbortSignal
  /** Aborted when the good order takes too long. */
  readonly overdue: AbortSignal
  /** Leaves the keys of the terminal to a child process from now on. */
  readonly handOver: () => void
  /** Asks the run to stop because of an error that nobody waits for; only the first one counts. */
  readonly stop: (error: Error) => void
  readonly dispose: () => void
}

/** Most commands end sooner than anybody could read a line about it. */
const patience = 250

/** A stop is to be over within 3 s: what ends later than that is left to the next run. */
const mostOrder = 2_400

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * The first signal asks the run to stop in good order, the second ends the process at once.
 * @param say shows a line to the user
 */
export function listenToSignals(process: NodeJS.Process, say: (line: string) => void): Signals {
  const controller = new AbortController()
  // Every call that is under way listens to it; that is no leak.
  setMaxListeners(0, controller.signal)
  let handedOver = false
  const overdue = new AbortController()
  let telling: NodeJS.Timeout | undefined
  let waiting: NodeJS.Timeout | undefined
  const stop = (reason: Error) => {
    waiting = setTimeout(() => overdue.abort(), mostOrder)
    controller.abort(reason)
  }
  const hear = (name: NodeJS.Signals) => {
    if (handedOver) return
    if (controller.signal.aborted) {
      // listr2 hides the cursor while it draws.
      if (process.stdout.isTTY) process.stdout.write('\u001b[?25h\n')
      process.exit(130)
    }
    telling = setTimeout(() => say('stopping in good order; once more to stop at once'), patience)
    const help = 'run it again: it does what is left to do'
    stop(new ProvisionError('interrupted', `stopped by ${name}`, { help }))
  }
  for (const name of names) process.on(name, hear)
  return {
    signal: controller.signal,
    overdue: overdue.signal,
    handOver: () => {
      handedOver = true
    },
    stop: (error) => {
      if (!controller.signal.aborted) stop(error)
    },
    dispose: () => {
      clearTimeout(telling)
      clearTimeout(waiting)
      for (const name of names) process.off(name, hear)
    },
  }
}
