import type Dockerode from 'dockerode'
import type { Action } from '../../core/action.ts'
import { isProvisionError, ProvisionError, reasonOf } from '../../core/error.ts'
import type { HostWatcher, Outcome } from '../../core/host.ts'
import type { Answer } from '../../core/probe.ts'
import type { Connection } from '../ssh/connection.ts'
import { closeIdle, dockerOver } from './agent.ts'
import { wayToDocker } from './dial.ts'
import { dockerError } from './error.ts'
import { inTime } from './in-time.ts'
import { performOn } from './perform.ts'
import { createLimit } from '../../core/async/limit.ts'
import { answerAll, callsFor, type DockerProbe } from './probe.ts'
import { imageSource, type ImageSource } from '../images/source.ts'
import { createLinkMeter, type LinkMeter } from '../link/meter.ts'
import { lossBehind } from '../ssh/loss.ts'
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
  const routes = { connection, docker, images, link, limit, patience: patience.action }

  return {
    docker,
    async probe(probes, signal) {
      try {
        const idle = Object.values(agent.freeSockets).flat().length
        const isForwarded = await openAhead(Math.min(callsFor(probes), forwardedAtOnce) - idle)
        return await inTime(name, patience.answer, signal, (either) =>
          answerAll(docker, probes, isForwarded ? wide : limit, either),
        )
      } catch (error) {
        throw dockerError({ host: name, name: 'docker' }, error, signal, { code: 'host' })
      }
    },
    perform: (actions, signal, watch = {}) =>
      Promise.all(actions.map((action) => outcomeOf(connection, performOn(routes, action, signal, watch)))),
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
