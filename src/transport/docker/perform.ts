import type Dockerode from 'dockerode'
import type { Action } from '../../core/action.ts'
import { ProvisionError } from '../../core/error.ts'
import type { HostWatcher } from '../../core/host.ts'
import type { Limit } from '../../core/async/limit.ts'
import { pruneImages } from '../images/prune.ts'
import type { ImageSource } from '../images/source.ts'
import { worthMeasuring, type LinkMeter } from '../link/meter.ts'
import { isSlow } from '../link/facts.ts'
import { awaitContainer } from '../ready/index.ts'
import { interruption } from '../session/exec-error.ts'
import type { Connection } from '../ssh/connection.ts'
import { act } from './actions.ts'
import { inTime } from './in-time.ts'

/** What carries out actions on the engine of a host. */
export interface EngineRoutes {
  readonly connection: Connection
  readonly docker: Dockerode
  /** Where images come from. */
  readonly images: ImageSource
  /** Tells whether they are to be compressed. */
  readonly link: LinkMeter
  readonly limit: Limit
  /** How long the engine may take for anything, beside the time that a container has to end. Milliseconds. */
  readonly patience: number
}

/** One that does not say how long it takes may have been given long by whoever made it. Milliseconds. */
const stopLimit = ({ grace = 600 }: { readonly grace: number | undefined }): number => grace * 1_000

/** Carries out one action of the lanes `docker` and `bulk`. */
export async function performOn(
  { connection, docker, images, link, limit, patience }: EngineRoutes,
  action: Action,
  signal: AbortSignal,
  watch: HostWatcher,
): Promise<void> {
  const { name } = connection
  switch (action.do) {
    case 'load-image':
      return images.send(docker, action.image, {
        host: name,
        signal,
        sent: watch.sent,
        asking: (work) => inTime(name, patience, signal, work),
        isSlow: async (size) =>
          isSlow(size < worthMeasuring ? link.facts() : await link.measure(connection, signal)),
      })
    case 'prune-images':
      return inTime(name, patience, signal, (either) => pruneImages(name, docker, either))
    case 'await-container':
      // Its own time begins with the engine's first answer.
      return inTime(name, patience + action.timeout, signal, (either) =>
        awaitContainer({ connection, docker, limit }, action, either),
      )
    case 'stop-container':
      // Takes as long as the container likes; the others must not wait for that.
      return inTime(name, patience + stopLimit(action), signal, (either) => act(name, docker, action, either))
    case 'create-container':
    case 'rename-container':
      // Docker does it all the same when nobody waits any more, and then what takes it back would come too early.
      return limit(() => {
        if (signal.aborted) throw interruption(name, signal)
        const { signal: unstoppable } = new AbortController()
        return inTime(name, patience, unstoppable, (either) => act(name, docker, action, either))
      })
    case 'connect-container':
    case 'start-container':
    case 'remove-container':
    case 'create-network':
    case 'remove-network':
    case 'create-volume':
      return limit(() => inTime(name, patience, signal, (either) => act(name, docker, action, either)))
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
