import type Dockerode from 'dockerode'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Action } from '../core/action.ts'
import { showBytes } from '../core/bytes.ts'
import { showDuration } from '../core/duration.ts'
import { ProvisionError } from '../core/error.ts'
import { ownName } from '../core/making.ts'
import type { Connection } from './connection.ts'
import { dockerError } from './docker-error.ts'
import type { Limit } from './docker-limit.ts'
import { lastLines } from './docker-logs.ts'
import { addressOf, type ContainerInspection } from './docker-state.ts'
import { readinessCheck } from './ready-check.ts'

/** Where a container runs. */
export interface Place {
  readonly connection: Connection
  readonly docker: Dockerode
  readonly limit: Limit
}

type AwaitContainer = Extract<Action, { readonly do: 'await-container' }>

// Starting again once may be part of a start, e.g. when another service was not there yet.
const restartsToFail = 2
/** How often to look whether it still runs, milliseconds. */
const lookEvery = 200

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
  const what = `${place.connection.name} › container ${ownName(name)}`
  const ended = new AbortController()
  const within = AbortSignal.any([signal, ended.signal])
  const attempt = readinessCheck(place, name, check, within)
  const started = performance.now()
  const elapsed = () => performance.now() - started
  const look = (): Promise<ContainerInspection> =>
    place.limit(() => place.docker.getContainer(name).inspect({ abortSignal: signal }))
  let reason = 'it did not run'
  try {
    let container = await look()
    let looked = elapsed()
    const restarts = container.RestartCount
    for (;;) {
      const why = ending(container, restarts)
      if (why !== undefined) throw await failed(place, name, `${what}: ${why} before it was ready`, [])
      if (container.State.Status === 'running') {
        const answer = await attempt(container, Math.max(1, timeout - elapsed()))
        if (answer === 'ready') return
        reason = answer.reason
      }
      if (elapsed() >= timeout)
        throw await failed(place, name, `${what}: not ready after ${showDuration(timeout)}`, [reason])
      await sleep(pauseAfter(elapsed()), undefined, { signal })
      if (elapsed() - looked >= lookEvery || container.State.Status !== 'running') {
        container = await look()
        looked = elapsed()
      }
    }
  } catch (error) {
    throw dockerError(what, error, signal, { code: 'ready' })
  } finally {
    ended.abort()
  }
}

/** How a container came to its end, with its exit code; undefined while there is hope. */
export function ending(
  { State, RestartCount, HostConfig }: ContainerInspection,
  restartsBefore: number,
): string | undefined {
  const { Memory = 0 } = HostConfig
  const code = State.OOMKilled
    ? `killed for want of memory${Memory > 0 ? `, its limit is ${showBytes(Memory)}` : ''}`
    : `exit code ${State.ExitCode}`
  if (RestartCount - restartsBefore >= restartsToFail) return `it keeps restarting (${code})`
  if (['exited', 'dead', 'removing'].includes(State.Status)) return `it ended (${code})`
  return undefined
}

async function failed(
  { docker }: Place,
  name: string,
  message: string,
  reasons: readonly string[],
): Promise<ProvisionError> {
  const log = await lastLines(docker, name, 20)
  const tail = log.length > 0 ? ['last log lines:', ...log] : ['it wrote nothing to its log']
  return new ProvisionError('ready', message, {
    output: [...reasons, ...tail].join('\n'),
    help: `provision logs ${ownName(name)}`,
  })
}

/** Where the host reaches a container: its own address, or the host's where it has none of its own. */
export function reachAt(container: ContainerInspection): string | undefined {
  const mode = container.HostConfig.NetworkMode ?? ''
  if (mode === 'host') return '127.0.0.1'
  return addressOf(container) || undefined
}
