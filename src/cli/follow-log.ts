import type Dockerode from 'dockerode'
import { setTimeout as sleep } from 'node:timers/promises'
import { containerLogs, type LogLine } from '../transport/docker-logs.ts'

export interface FollowOptions {
  readonly follow: boolean
  readonly tail: number | undefined
  /** Seconds since 1970. */
  readonly since: number | undefined
  readonly signal: AbortSignal
  readonly onLine: (line: LogLine) => void | Promise<void>
}

/** Between looks whether a container that ended is back. */
const pause = 500

/**
 * Reads the log of a container; when following, also that of the next container of this name, as after a restart.
 * @throws ProvisionError `usage` when there is no such container at the start
 */
export async function followLog(docker: Dockerode, name: string, options: FollowOptions): Promise<void> {
  const { follow, tail, since, signal, onLine } = options
  let last = ''
  const each = (line: LogLine) => {
    // Docker's `since` includes the line of that very time, which was shown already.
    if (line.time <= last && last !== '') return undefined
    last = line.time
    return onLine(line)
  }
  await containerLogs(docker, name, { follow, tail, since, signal, onLine: each })
  const isOver = () => !follow || signal.aborted
  while (!isOver()) {
    await sleep(pause, undefined, { signal }).catch(() => undefined)
    if (isOver() || !(await isRunning(docker, name))) continue
    // What was written in between is read as well: hence from the last line on, and all of it.
    await containerLogs(docker, name, { follow, since: last === '' ? since : last, signal, onLine: each })
  }
}

async function isRunning(docker: Dockerode, name: string): Promise<boolean> {
  try {
    return (await docker.getContainer(name).inspect()).State.Running
  } catch {
    // Removed, and perhaps soon made anew.
    return false
  }
}
