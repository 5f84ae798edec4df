import type { HostWatcher, Outcome } from '../../core/host.ts'
import { commitBatch, type FileRoutes, type Turn } from '../commit/batch.ts'
import type { Failures } from '../commit/failure.ts'
import { batchesOf, pathProblem, plainPath, type Batch, type FileAction, type Numbered } from './batch.ts'

/**
 * Puts files and folders in place, as root where the host's target says so. Files arrive beside their places, are checked
 * and renamed, so nobody ever sees half a file. What fails does not stop the rest.
 * @throws ProvisionError `host` when the connection is lost, `interrupted` when the signal is aborted
 */
export async function performFiles(
  routes: FileRoutes,
  actions: readonly FileAction[],
  signal: AbortSignal,
  watch: HostWatcher = {},
): Promise<readonly Outcome[]> {
  const failures: Failures = new Map()
  const sound = actions.flatMap((action, index): Numbered[] => {
    const problem = pathProblem(routes.connection.name, action)
    if (problem) failures.set(index, problem)
    return problem ? [] : [{ index, path: plainPath(action.path), action }]
  })
  const total = sound.reduce((sum, { action }) => sum + (action.do === 'write' ? action.size : 0), 0)
  let sent = 0
  const onSent = (bytes: number): void => {
    sent += bytes
    watch.sent?.(Math.min(sent, total), total)
  }
  await inFlow(batchesOf(sound), (batch, flow) =>
    commitBatch(routes, batch.actions, failures, signal, { ...flow, onSent }),
  )
  return actions.map((_, index) => {
    const error = failures.get(index)
    return error ? { ok: false, error } : { ok: true }
  })
}

/** So many are at work on a host at once: it puts one in place while it gets another. */
const mostAtOnce = 2

/**
 * Begins each batch when all content of the one before is sent, or when all before are done where they may be in its way.
 * They are put in place one after the other.
 */
async function inFlow(
  batches: readonly Batch[],
  carryOut: (batch: Batch, turn: Omit<Turn, 'onSent'>) => Promise<void>,
): Promise<void> {
  let working: Promise<void>[] = []
  try {
    for (const batch of batches) {
      const mayGoOn = batch.after === 'sent' ? mostAtOnce - 1 : 0
      await Promise.all(working.slice(0, working.length - mayGoOn))
      working = working.slice(working.length - mayGoOn)
      const before = Promise.all(working)
      before.catch(() => undefined)
      await new Promise<void>((resolve) => {
        const work = carryOut(batch, { onAllSent: resolve, before })
        working.push(work)
        // A failure is told where all are waited for.
        work.then(resolve, () => resolve())
      })
    }
    await Promise.all(working)
  } finally {
    await Promise.allSettled(working)
  }
}
