import type Dockerode from 'dockerode'
import { setTimeout as sleep } from 'node:timers/promises'
import { printerFor } from './container-logs.ts'
import type { Context } from './context.ts'
import { followLog } from './follow-log.ts'
import type { LogPrinter } from './log-printer.ts'
import type { Run } from './run.ts'
import { containerLabel } from './targets.ts'

/** What containers say while a watch is at rest. */
export interface WatchLogs {
  /** Begins to show it, or stops. */
  readonly toggle: () => void
  /** A run is over: these containers may be read. */
  readonly rest: (speakers: Speakers) => void
  /** A run begins: nothing is shown until it is over, when what was said meanwhile follows. */
  readonly work: () => Promise<void>
}

export interface Speakers extends Pick<Run, 'containers' | 'redact'> {
  /** The engine of a host; undefined while it is not connected. */
  readonly dockerOf: (host: string) => Dockerode | undefined
}

type Place = Pick<Context, 'emit' | 'globals' | 'look' | 'stdout'>

/** How many former lines of each container are shown at first. */
const tail = 10

/** Between tries to read a container whose log broke off or that is not there yet, in milliseconds. */
const pause = 1_000

export function watchLogs(place: Place): WatchLogs {
  let isWanted = false
  let resting: Speakers | undefined
  let stop: (() => Promise<void>) | undefined
  /** Up to when all was shown, in seconds since 1970. */
  let shown: number | undefined

  let told = isWanted

  const tell = (): void => {
    if (told === isWanted) return
    told = isWanted
    place.emit({ event: 'note', level: 'info', text: isWanted ? 'logs on' : 'logs off' })
  }
  const start = (): void => {
    if (resting) stop ??= follow(place, resting, shown)
  }
  const end = async (): Promise<void> => {
    if (!stop) return
    shown = Date.now() / 1_000
    const stopping = stop()
    stop = undefined
    await stopping
  }
  return {
    toggle() {
      isWanted = !isWanted
      // While a run draws on the screen nothing else may.
      if (resting) tell()
      if (isWanted) start()
      else void end()
    },
    rest(speakers) {
      resting = speakers
      tell()
      if (isWanted) start()
      else shown = undefined
    },
    async work() {
      resting = undefined
      await end()
    },
  }
}

/** Shows what containers say, from a time on, until the function that it gives is called. */
function follow(place: Place, speakers: Speakers, since: number | undefined): () => Promise<void> {
  const { containers } = speakers
  const over = new AbortController()
  const labels = containers.map((one) => containerLabel(one, containers))
  const printer = printerFor(place, speakers, labels, false)
  const reading = containers.map(({ host, name }, i) =>
    read(
      { name, label: labels[i] ?? name, docker: () => speakers.dockerOf(host) },
      printer,
      since,
      over.signal,
    ),
  )
  return async () => {
    over.abort()
    await Promise.all(reading)
    await printer.end()
  }
}

interface Speaker {
  readonly name: string
  readonly label: string
  readonly docker: () => Dockerode | undefined
}

async function read(
  { name, label, docker }: Speaker,
  printer: LogPrinter,
  from: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  let since = from
  while (!signal.aborted) {
    const engine = docker()
    const options = since === undefined ? { tail, since } : { tail: undefined, since }
    const onLine = printer.add.bind(undefined, label)
    // Whatever it breaks off with: a run tells what is wrong with a container or its host, here it is only tried again.
    if (engine)
      await followLog(engine, name, { follow: true, signal, onLine, ...options }).catch(() => undefined)
    since = Date.now() / 1_000
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
}
