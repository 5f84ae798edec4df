import type Dockerode from 'dockerode'
import { setTimeout as sleep } from 'node:timers/promises'
import { containerCalled } from '../../transport/docker/container-called.ts'
import { containerLogs, type LogLine, type LogOptions } from '../../transport/docker/logs.ts'
import type { OutputStream } from '../../transport/docker/stream.ts'

export interface FollowOptions {
  readonly follow: boolean
  readonly tail: number | undefined
  /** Seconds since 1970. */
  readonly since: number | undefined
  /** How far a former reading has shown it: this one goes on from there, by the clock of the host. */
  readonly shown?: Shown
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
  const { follow, tail, since, signal, shown = createShown() } = options
  const from = () => shown.until() ?? since
  const onLine = () => shown.unless(options.onLine)
  await containerLogs(docker, name, { follow, tail, since: from(), signal, onLine: onLine() })
  const isOver = () => !follow || signal.aborted
  while (!isOver()) {
    await sleep(pause, undefined, { signal }).catch(() => undefined)
    if (isOver() || !(await isRunning(docker, name, signal))) continue
    // What was written in between is read as well: hence from the last line on, and all of it.
    await containerLogs(docker, name, { follow, since: from(), signal, onLine: onLine() })
  }
}

/** How far a log was shown. */
export interface Shown {
  /** The stamp of the last piece that was; undefined before the first one. */
  readonly until: () => string | undefined
  /** For one reading: passes on what no former one has. */
  readonly unless: (onLine: FollowOptions['onLine']) => LogOptions['onLine']
}

/** Docker's `since` includes what is of that very time, and what stands after it though it is older. */
export function createShown(): Shown {
  /** By stream, for only within one are stamps in order: the last stamp, and how many lines ended with it. */
  const last: Record<OutputStream, { readonly until: string; readonly count: number }> = {
    stdout: { until: '', count: 0 },
    stderr: { until: '', count: 0 },
  }
  return {
    until: () => [last.stdout.until, last.stderr.until].sort().at(-1) || undefined,
    unless(onLine) {
      const former = { ...last }
      const met = { stdout: 0, stderr: 0 }
      return (line, until) => {
        const { stream, time } = line
        const before = former[stream]
        if (time < before.until) return undefined
        if (time === before.until && met[stream]++ < before.count) return undefined
        const { until: latest, count } = last[stream]
        if (until >= latest) last[stream] = { until, count: until === latest ? count + 1 : 1 }
        return onLine(line)
      }
    },
  }
}

async function isRunning(docker: Dockerode, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await containerCalled(docker, name, signal))?.State.Running === true
  } catch {
    // Removed, and perhaps soon made anew.
    return false
  }
}
