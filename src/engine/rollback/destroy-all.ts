import type Dockerode from 'dockerode'
import type { Destroyed } from '../../core/provider.ts'
import { destroy } from '../destroy.ts'
import type { Session } from '../session.ts'
import { releaseAll } from './runs.ts'

/** Destroys an environment, and with it what is kept to roll back to: no image of ours stays on this machine's engine. */
export async function destroyAll(session: Session, engine: () => Promise<Dockerode>): Promise<Destroyed> {
  const destroyed = await destroy(session)
  await releaseAll(session.workspace, engine)
  return destroyed
}
