import type Dockerode from 'dockerode'
import { label } from '../../core/label.ts'
import { dockerError, unless } from '../docker/error.ts'

/** Removes images that we built, that have no name any more, and that no container uses. */
export async function pruneImages(host: string, docker: Dockerode, signal: AbortSignal): Promise<void> {
  // As dockerode hands it on; its types know no signal here.
  const options = { filters: { dangling: ['true'], label: [label.inputs] }, abortSignal: signal }
  try {
    // 409: somebody else is at it.
    await unless([409], docker.pruneImages(options))
  } catch (error) {
    throw dockerError({ host, name: 'former images' }, error, signal)
  }
}
