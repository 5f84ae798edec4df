import type Dockerode from 'dockerode'
import { unlessAborted } from '../../core/async/abort.ts'
import { found } from './error.ts'

// dockerode takes a signal for these calls and does not hand it on.

/** What an engine says of an image; undefined when it has none of that name. */
export const inspectImage = (
  docker: Dockerode,
  name: string,
  signal: AbortSignal,
): Promise<Dockerode.ImageInspectInfo | undefined> =>
  unlessAborted(signal, found(docker.getImage(name).inspect()))

/** The same for a network, which has to be there. */
export const inspectNetwork = (
  docker: Dockerode,
  name: string,
  signal: AbortSignal,
): Promise<Dockerode.NetworkInspectInfo> => unlessAborted(signal, docker.getNetwork(name).inspect())
