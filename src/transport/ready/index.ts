import { setTimeout as sleep } from 'node:timers/promises'
import type { Action } from '../../core/action.ts'
import { showBytes } from '../../core/text/bytes.ts'
import { showDuration } from '../../core/text/duration.ts'
import { ProvisionError } from '../../core/error.ts'
import { ownName } from '../../core/making.ts'
import { dockerError } from '../docker/error.ts'
import { lastLines } from '../docker/logs.ts'
import type { ContainerInspection } from '../docker/state.ts'
import { readinessCheck } from './check.ts'
import type { Attempt, Place } from './place.ts'
import { timeLimit } from '../time-limit.ts'
import { ownCommand } from '../../core/text/own-command.ts'

type AwaitContainer = Extract<Action, { readonly do: 'await-container' }>

// Starting again once may be part of a start, e.g. when another service was not there yet.
const restartsToFail = 2
/** How often to look whether it still runs, milliseconds. */
const lookEvery = 200
/** A container that is not kept must not take its log with it. */
const logLines = { shown: 20, kept: 200 }

/** Milliseconds to the next try: soon at first, then in step with how long it takes already. */
export const pauseAfter = (elapsed: number): number => Math.min(250, Math.max(40, elapsed / 100))

/**
 * Waits until a container is ready.
 * @throws ProvisionError `ready` when it is not in time, or as soon as it ends or keeps restarting
 */
export async function awaitContainer(
  place: Place,
  action: AwaitContainer,
  signal: AbortSignal,
): Promise<void> {
  const { name, check, timeout } = action
  const about = { host: place.connection.name, name: `container ${ownName(name)}` }
  const ended = new AbortController()
  const within = AbortSignal.any([signal, ended.signal])
  try {
    const watch = await watchContainer(place, name, within)
    const attempt = readinessCheck(place, name, check, within)
    // A try may hang on the address of a container that has just ended.
    const end = await Promise.race([watch.end, tryUntil(timeout, watch.present, attempt, within)])
    if (end === 'ready') return
    const log = await lastLines(place.docker, name, logLines.kept)
    const tail =
      log.length > 0 ? ['last log lines:', ...log.slice(-logLines.shown)] : ['it wrote nothing to its log']
    throw new ProvisionError('ready', end.because, {
      about,
      output: [...end.details, ...tail].join('\n'),
      log,
      help: ownCommand('logs', ownName(name)),
    })
  } catch (error) {
    throw dockerError(about, error, signal, { code: 'ready' })
  } finally {
    ended.abort()
  }
}

interface End {
  readonly because: string
  readonly details: readonly string[]
}

/** A start of a container, until it starts again. */
export interface Present {
  readonly container: ContainerInspection
  readonly over: AbortSignal
}

/** Keeps looking at a container; `end` comes when it has ended for good. */
async function watchContainer(
  { docker, limit }: Place,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly present: () => Present; readonly end: Promise<End> }> {
  const look = (): Promise<ContainerInspection> =>
    limit(() => docker.getContainer(name).inspect({ abortSignal: signal }))
  const first = await look()
  let over = new AbortController()
  let present: Present = { container: first, over: over.signal }

  const keepLooking = async (): Promise<End> => {
    for (let container = first; ; container = await look()) {
      const why = ending(container, first.RestartCount)
      if (why !== undefined)
        return { because: `${why} before it was ready`, details: wentWell(container) ? [forJobs] : [] }
      if (container.State.StartedAt !== present.container.State.StartedAt) {
        over.abort()
        over = new AbortController()
      }
      present = { container, over: over.signal }
      await sleep(lookEvery, undefined, { signal })
    }
  }
  return { present: () => present, end: keepLooking() }
}

/** Tries again and again, and tells in the end what came of the last try that came to anything. */
export async function tryUntil(
  timeout: number,
  present: () => Present,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<'ready' | End> {
  const started = performance.now()
  const elapsed = () => performance.now() - started
  const deadline = timeLimit(Math.ceil(timeout))
  let reason: string | undefined
  for (;;) {
    const { container, over } = present()
    if (container.State.Status === 'running') {
      const ends = AbortSignal.any([over, deadline])
      const answer = await attempt(container, ends)
      if (answer === 'ready') return 'ready'
      // That it was cut off in its midst says less than what came before; that it used up its own time says more.
      if (!answer.cut || !ends.aborted || reason === undefined) reason = answer.reason
    }
    if (elapsed() >= timeout)
      return { because: `not ready after ${showDuration(timeout)}`, details: [reason ?? 'it did not run'] }
    await sleep(Math.min(pauseAfter(elapsed()), timeout - elapsed()), undefined, { signal })
  }
}

/** Who knows Compose may have a migration as a container. */
const forJobs =
  'a container is for what keeps running; what ends by itself is a command(…) that does `docker run --rm`'

/** Whether it did what it was to do, and ended. */
export const wentWell = ({ State }: ContainerInspection): boolean =>
  ['exited', 'restarting'].includes(State.Status) && State.ExitCode === 0 && !State.OOMKilled

/** How a container came to its end, with its exit code where Docker tells it; undefined while there is hope. */
export function ending(
  { State, RestartCount, HostConfig }: ContainerInspection,
  restartsBefore: number,
): string | undefined {
  const { Memory = 0 } = HostConfig
  const code = State.OOMKilled
    ? `killed for want of memory${Memory > 0 ? `, its limit is ${showBytes(Memory)}` : ''}`
    : `exit code ${State.ExitCode}`
  const restarts = RestartCount - restartsBefore
  // Of one that runs again Docker does not tell how it ended; it is seen to end again soon.
  if (State.Status === 'running') return restarts > restartsToFail ? 'it keeps restarting' : undefined
  if (restarts >= restartsToFail) return `it keeps restarting (${code})`
  if (['exited', 'dead', 'removing'].includes(State.Status)) return `it ended (${code})`
  return undefined
}
