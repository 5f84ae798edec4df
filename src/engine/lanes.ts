import { laneOf, type Action } from '../core/action.ts'
import { isProvisionError, ProvisionError, reasonOf } from '../core/error.ts'
import { factOf } from '../core/facts.ts'
import type { HostPort, HostWatcher, Outcome } from '../core/host.ts'

interface Waiting {
  readonly action: Action
  readonly watch: HostWatcher
  readonly resolve: (outcome: Outcome) => void
}

/** Has a host do an action as soon as its lane is free. Never rejects. */
export type Perform = (host: string, action: Action, watch: HostWatcher) => Promise<Outcome>

/**
 * Gathers actions into batches: whatever is waiting in a lane of a host when that lane is free travels together. Docker
 * calls are not gathered, because the Docker API runs side by side what it is asked, and some of them wait for long.
 */
export function createLanes(hosts: ReadonlyMap<string, HostPort>, signal: AbortSignal): Perform {
  const queues = new Map<string, Waiting[]>()

  const drain = async (host: HostPort, key: string, queue: Waiting[]): Promise<void> => {
    // Steps that become ready in the same turn of the event loop must not miss the batch.
    await new Promise(setImmediate)
    while (queue.length > 0) await send(host, queue.splice(0), signal)
    queues.delete(key)
  }

  return (name, action, watch) => {
    const lane = laneOf(action)
    const host = factOf(hosts, 'host', name)
    return new Promise((resolve) => {
      const waiting = { action, watch, resolve }
      if (lane === 'docker') {
        void send(host, [waiting], signal)
        return
      }
      const key = `${name}\0${lane}`
      const queue = queues.get(key)
      if (queue) {
        queue.push(waiting)
        return
      }
      const started = [waiting]
      queues.set(key, started)
      void drain(host, key, started)
    })
  }
}

/** Never rejects: a batch that fails as a whole fails each of its actions. */
async function send(host: HostPort, batch: readonly Waiting[], signal: AbortSignal): Promise<void> {
  try {
    const outcomes = await host.perform(
      batch.map(({ action }) => action),
      signal,
      watchAll(batch),
    )
    batch.forEach(({ resolve }, i) => {
      resolve(
        outcomes[i] ?? {
          ok: false,
          error: new ProvisionError('host', `${host.name}: no answer came back for this`),
        },
      )
    })
  } catch (error) {
    const failure = isProvisionError(error)
      ? error
      : new ProvisionError('host', `${host.name}: ${reasonOf(error)}`, { cause: error })
    for (const { resolve } of batch) resolve({ ok: false, error: failure })
  }
}

/** What an action writes shows at its own step; how much of a batch is sent, at each of its steps, once. */
function watchAll(batch: readonly Waiting[]): HostWatcher {
  const watches = new Set(batch.map(({ watch }) => watch))
  return {
    line: (text, index) => batch[index]?.watch.line?.(text, 0),
    sent: (done, total) => {
      for (const watch of watches) watch.sent?.(done, total)
    },
  }
}
