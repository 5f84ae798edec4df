import { setMaxListeners } from 'node:events'
import { holderOf, lockedBy } from './host-locks.ts'
import type { Session } from './session.ts'

/**
 * Carries out a run. One that is not to wait for anybody looks at the lock of each host as soon as that is connected: when
 * somebody holds it while builds are under way, these are ended with all else. Later it is only that host that fails: others
 * may have been changed by then.
 * @throws ProvisionError `locked` that says who, and whatever the work throws
 */
export async function unlessBusy<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  if (session.ifLocked === 'wait') return work(session)
  const busy = new AbortController()
  const signal = AbortSignal.any([session.signal, busy.signal])
  // All that goes on at once listens to it.
  setMaxListeners(0, signal)
  let isBuilt = false
  const watched: Session = {
    ...session,
    signal,
    build: async (builds, stop) => {
      const built = await session.build(builds, stop)
      busy.signal.throwIfAborted()
      isBuilt = true
      return built
    },
    connect: async (target, stop) => {
      const host = await session.connect(target, stop)
      const who = await holderOf({ workspace: session.workspace, signal: stop }, host)
      if (who === undefined) return host
      const error = lockedBy(host, who)
      if (!isBuilt) busy.abort(error)
      await host.close()
      throw error
    },
  }
  try {
    return await work(watched)
  } catch (error) {
    // What the end of the builds made fail says less; that the user stopped the run says more.
    if (!session.signal.aborted) busy.signal.throwIfAborted()
    throw error
  }
}
