import type Dockerode from 'dockerode'
import type { Action } from '../../core/action.ts'
import { showDuration } from '../../core/duration.ts'
import { isProvisionError, ProvisionError, reasonOf } from '../../core/error.ts'
import type { HostWatcher, Outcome } from '../../core/host.ts'
import type { Answer } from '../../core/probe.ts'
import type { Connection } from '../ssh/connection.ts'
import { act } from './actions.ts'
import { closeIdle, dockerOver } from './agent.ts'
import { wayToDocker } from './dial.ts'
import { dockerError } from './error.ts'
import { createLimit } from '../../core/limit.ts'
import { answerAll, callsFor, type DockerProbe } from './probe.ts'
import { interruption } from '../session/exec-error.ts'
import { imageSource, type ImageSource } from '../images/source.ts'
import { createLinkMeter, isSlow, worthMeasuring, type LinkMeter } from '../link-speed.ts'
import { lossBehind } from '../ssh/loss.ts'
import { pruneImages } from '../images/prune.ts'
import { awaitContainer } from '../ready/index.ts'
import { within } from '../time-limit.ts'
import { localEngine } from './engine.ts'

/** The Docker engine of a host. */
export interface DockerPort {
  /** For what this port has no word for: its sockets go through the connection. */
  readonly docker: Dockerode
  /** @throws ProvisionError `host` when Docker is missing or does not answer */
  probe(probes: readonly DockerProbe[], signal: AbortSignal): Promise<readonly Answer[]>
  /** Does actions of the lanes `docker`, side by side, and `bulk`, one after the other. Never rejects. */
  perform(actions: readonly Action[], signal: AbortSignal, watch?: HostWatcher): Promise<readonly Outcome[]>
  /** Ends the sockets; the connection stays open. */
  close(): Promise<void>
}

// Below sshd's limit of 10 sessions, which each socket over `docker system dial-stdio` counts in.
const parallel = 5
/** Of questions, each with a socket of its own, where those are forwarded. */
export const forwardedAtOnce = 32

/** How long an engine may take. Milliseconds. */
export interface DockerPatience {
  /** To tell what there is. */
  readonly answer: number
  /** For anything that it does, beside the time that a container has to end. */
  readonly action: number
}

const usual: DockerPatience = { answer: 60_000, action: 300_000 }

/** One that does not say how long it takes may have been given long by whoever made it. Milliseconds. */
const stopLimit = ({ grace = 600 }: { readonly grace: number | undefined }): number => grace * 1_000

const noAnswer = (host: string, most: number): ProvisionError =>
  new ProvisionError('host', `no answer within ${showDuration(most)}`, {
    about: { host, name: 'docker' },
    help: `look whether Docker hangs there: provision ssh ${host}, then docker ps`,
  })

/**
 * The Docker engine behind a connection. Images come from `images`, to be shared by the hosts of a run, so that several
 * that need one image read it once; `link` tells whether they are to be compressed.
 */
export function dockerOf(
  connection: Connection,
  images: ImageSource = imageSource(() => localEngine()),
  link: LinkMeter = createLinkMeter(),
  patience: DockerPatience = usual,
): DockerPort {
  const { dial, openAhead } = wayToDocker(connection)
  const { docker, agent } = dockerOver(dial, connection.traffic.request)
  connection.onFull(() => closeIdle(agent))
  const limit = createLimit(parallel)
  const wide = createLimit(forwardedAtOnce)
  const { name } = connection

  const inTime = <T>(
    most: number,
    signal: AbortSignal,
    work: (either: AbortSignal) => Promise<T>,
  ): Promise<T> => within(most, () => noAnswer(name, most), signal, work)

  const { signal: unstoppable } = new AbortController()

  const perform = async (action: Action, signal: AbortSignal, watch: HostWatcher): Promise<void> => {
    switch (action.do) {
      case 'load-image':
        return images.send(docker, action.image, {
          host: name,
          signal,
          sent: watch.sent,
          asking: (work) => inTime(patience.action, signal, work),
          isSlow: async (size) =>
            isSlow(size < worthMeasuring ? link.facts() : await link.measure(connection, signal)),
        })
      case 'prune-images':
        return inTime(patience.action, signal, (either) => pruneImages(name, docker, either))
      case 'await-container':
        // Its own time begins with the engine's first answer.
        return inTime(patience.action + action.timeout, signal, (either) =>
          awaitContainer({ connection, docker, limit }, action, either),
        )
      case 'stop-container':
        // Takes as long as the container likes; the others must not wait for that.
        return inTime(patience.action + stopLimit(action), signal, (either) =>
          act(name, docker, action, either),
        )
      case 'create-container':
      case 'rename-container':
        // Docker does it all the same when nobody waits any more, and then what takes it back would come too early.
        return limit(() => {
          if (signal.aborted) throw interruption(name, signal)
          return inTime(patience.action, unstoppable, (either) => act(name, docker, action, either))
        })
      case 'start-container':
      case 'remove-container':
      case 'create-network':
      case 'remove-network':
      case 'create-volume':
        return limit(() => inTime(patience.action, signal, (either) => act(name, docker, action, either)))
      case 'write':
      case 'directory':
      case 'delete':
      case 'delete-empty-folder':
      case 'permit':
      case 'run':
        throw new ProvisionError('host', `${name}: Docker cannot ${action.do}`)
      default:
        return action satisfies never
    }
  }

  return {
    docker,
    async probe(probes, signal) {
      try {
        const idle = Object.values(agent.freeSockets).flat().length
        const isForwarded = await openAhead(Math.min(callsFor(probes), forwardedAtOnce) - idle)
        return await inTime(patience.answer, signal, (either) =>
          answerAll(docker, probes, isForwarded ? wide : limit, either),
        )
      } catch (error) {
        throw dockerError({ host: name, name: 'docker' }, error, signal, { code: 'host' })
      }
    },
    perform: (actions, signal, watch = {}) =>
      Promise.all(actions.map((action) => outcomeOf(connection, perform(action, signal, watch)))),
    close() {
      agent.destroy()
      return Promise.resolve()
    },
  }
}

async function outcomeOf(connection: Connection, done: Promise<void>): Promise<Outcome> {
  try {
    await done
    return { ok: true }
  } catch (cause) {
    if (isProvisionError(cause) && cause.code === 'interrupted') return { ok: false, error: cause }
    // Docker's client sees only that what it reads from has ended.
    const loss = await lossBehind(connection)
    if (loss) return { ok: false, error: loss }
    if (isProvisionError(cause)) return { ok: false, error: cause }
    return {
      ok: false,
      error: new ProvisionError('host', `${connection.name}: ${reasonOf(cause)}`, { cause }),
    }
  }
}
