import type Dockerode from 'dockerode'
import { dockerStatus, found, unless } from './error.ts'

/** Removes a container, running or not, with its unnamed volumes; when it is gone already, or somebody is removing it, that is fine. */
export async function removeContainer(
  container: Dockerode.Container,
  abort: { readonly abortSignal?: AbortSignal } = {},
): Promise<void> {
  try {
    await unless([404], container.remove({ ...abort, force: true, v: true }))
  } catch (error) {
    // Somebody else is removing it, a run that was cut off perhaps: let them finish.
    if (dockerStatus(error) !== 409) throw error
    await found(container.wait({ ...abort, condition: 'removed' }))
  }
}
