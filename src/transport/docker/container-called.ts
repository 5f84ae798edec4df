import type Dockerode from 'dockerode'
import { found } from './error.ts'
import type { ContainerInspection } from './state.ts'

/** The container of a name, and of no other: Docker also finds one whose id begins so. Undefined when there is none. */
export async function containerCalled(
  docker: Dockerode,
  name: string,
  signal: AbortSignal,
): Promise<ContainerInspection | undefined> {
  const inspection = await found(docker.getContainer(name).inspect({ abortSignal: signal }))
  return inspection?.Name === `/${name}` || inspection?.Id === name ? inspection : undefined
}

/** Whether a name may be the beginning of an id. */
export const mayBeId = (name: string): boolean => /^[0-9a-f]{1,64}$/.test(name)
