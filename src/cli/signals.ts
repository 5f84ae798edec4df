import { setMaxListeners } from 'node:events'
import { ProvisionError } from '../core/error.ts'

/** What a process does when it is told to stop. */
export interface Signals {
  readonly signal: AbortSignal
  /** Leaves the keys of the terminal to a child process from now on. */
  readonly handOver: () => void
  readonly dispose: () => void
}

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
  const stop = (name: NodeJS.Signals) => {
    if (handedOver) return
    if (controller.signal.aborted) {
      // listr2 hides the cursor while it draws.
      if (process.stdout.isTTY) process.stdout.write('\u001b[?25h\n')
      process.exit(130)
    }
    say('stopping in good order; once more to stop at once')
    controller.abort(new ProvisionError('interrupted', `stopped by ${name}`))
  }
  for (const name of names) process.on(name, stop)
  return {
    signal: controller.signal,
    handOver: () => {
      handedOver = true
    },
    dispose: () => {
      for (const name of names) process.off(name, stop)
    },
  }
}
