import { isProvisionError, ProvisionError, reasonOf } from './error.ts'
import type { Emit, Failure, Phase } from './event.ts'

/** An error as people read it; anything that is not a ProvisionError is a bug of ours or of the playbook's code. */
export function failureOf(error: unknown): Failure {
  if (!isProvisionError(error)) return { code: 'bug', message: reasonOf(error), output: stackOf(error) }
  const { code, message, output, log, help } = error
  return { code, message, output, ...(log ? { log } : {}), help }
}

/** The error that people have read as a failure; what was a bug then counts as an action that failed. */
export const errorOf = (failure: Failure): ProvisionError =>
  new ProvisionError(failure.code === 'bug' ? 'action' : failure.code, failure.message, failure)

const stackOf = (error: unknown): string | undefined =>
  error instanceof Error ? error.stack?.split('\n').slice(1).join('\n') : undefined

export interface Task {
  readonly id: string
  readonly phase: Phase
  readonly host?: string
  readonly title: string
}

/** How a task is called where several hosts are at work: `app › container user`. */
export const taskTitle = ({
  host,
  title,
}: {
  readonly host?: string | undefined
  readonly title: string
}): string => (host === undefined ? title : `${host} › ${title}`)

/** Runs a part of a run and tells when it starts, ends or fails. */
export async function tracked<T>(emit: Emit, task: Task, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const { id, phase, host, title } = task
  emit({ event: 'task-started', task: id, phase, title, ...(host === undefined ? {} : { host }) })
  try {
    const result = await work()
    emit({ event: 'task-finished', task: id, durationMs: performance.now() - started })
    return result
  } catch (error) {
    emit({
      event: 'task-failed',
      task: id,
      durationMs: performance.now() - started,
      failure: failureOf(error),
    })
    throw error
  }
}

/** Runs a part of a run that is no task, and tells how long it took. */
export async function timed<T>(
  emit: Emit,
  part: { readonly what: string; readonly host?: string },
  work: () => Promise<T>,
): Promise<T> {
  const started = performance.now()
  try {
    return await work()
  } finally {
    emit({ event: 'timed', ...part, durationMs: performance.now() - started })
  }
}

/**
 * Runs a phase and tells when it starts and ends; `summarize` says in a few words what came of it, `isFine` whether it
 * ended well: one that does not throw may yet have failed in parts.
 */
export async function inPhase<T>(
  emit: Emit,
  phase: Phase,
  work: () => Promise<T>,
  summarize: (result: T) => string,
  isFine: (result: T) => boolean = () => true,
): Promise<T> {
  const started = performance.now()
  emit({ event: 'phase-started', phase })
  let ok = false
  let summary = 'failed'
  try {
    const result = await work()
    summary = summarize(result)
    ok = isFine(result)
    return result
  } finally {
    emit({ event: 'phase-finished', phase, ok, durationMs: performance.now() - started, summary })
  }
}

/** The error of several that failed side by side: the only one as it is, or one that names them all. */
export async function allOf<T>(
  work: readonly Promise<T>[],
  combine: (errors: readonly unknown[]) => Error,
): Promise<T[]> {
  const results = await Promise.allSettled(work)
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [reason(result)] : []))
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw combine(errors)
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

const reason = (result: PromiseRejectedResult): unknown => result.reason
