import type Dockerode from 'dockerode'
import { setTimeout as sleep } from 'node:timers/promises'
import { printerFor, type LogPlace } from './container-logs.ts'
import { createShown, followLog, type Shown } from './follow-log.ts'
import type { LogPrinter } from './log-printer.ts'
import type { Run } from '../run/index.ts'
import { containerLabel } from '../../core/text/container-label.ts'

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

/** How many former lines of each container are shown at first. */
const tail = 10

/** Between tries to read a container whose log broke off or that is not there yet, in milliseconds. */
const pause = 1_000

export function watchLogs(place: LogPlace): WatchLogs {
  let isWanted = false
  let resting: Speakers | undefined
  let stop: (() => Promise<void>) | undefined
  /** How far each container was shown. */
  let shown: ShownLogs = new Map()

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
      else shown = new Map()
    },
    async work() {
      resting = undefined
      await end()
    },
  }
}

/** By host and name. */
type ShownLogs = Map<string, Shown>

/** Shows what containers say that was not shown before, until the function that it gives is called. */
function follow(place: LogPlace, speakers: Speakers, shown: ShownLogs): () => Promise<void> {
  const { containers } = speakers
  const over = new AbortController()
  const labels = containers.map((one) => containerLabel(one, containers))
  const printer = printerFor(place, speakers, labels, 'plain')
  const reading = containers.map(({ host, name }, i) => {
    const key = `${host} ${name}`
    const former = shown.get(key)
    const mine = former ?? createShown()
    const speaker = {
      ...{ name, label: labels[i] ?? name, docker: () => speakers.dockerOf(host) },
      ...{ shown: mine, tail: former ? undefined : tail, onRead: () => void shown.set(key, mine) },
    }
    return read(speaker, printer, over.signal)
  })
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
  readonly shown: Shown
  /** How many former lines are shown; undefined for all that were not shown. */
  readonly tail: number | undefined
  /** Called once something of it has been read, or that it has said nothing yet. */
  readonly onRead: () => void
}

async function read(
  { name, label, docker, shown, tail: first, onRead }: Speaker,
  printer: LogPrinter,
  signal: AbortSignal,
): Promise<void> {
  const onLine = printer.add.bind(undefined, label)
  while (!signal.aborted) {
    const engine = docker()
    const from = { since: undefined, tail: shown.until() === undefined ? first : undefined }
    // Whatever it breaks off with: a run tells what is wrong with a container or its host, here it is only tried again.
    const options = { follow: true, signal, onLine, shown, ...from }
    const isRead = engine && (await followLog(engine, name, options).catch(() => 'broken')) !== 'broken'
    if (isRead || shown.until() !== undefined) onRead()
    await sleep(pause, undefined, { signal }).catch(() => undefined)
  }
}
