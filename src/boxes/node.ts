import type Dockerode from 'dockerode'
import type { ContainerCreateOptions } from 'dockerode'
import { unless } from '../transport/docker/error.ts'
import { removeContainer } from '../transport/docker/remove-container.ts'
import { hostKeyArchive, type KeyPair } from './ssh-keys.ts'

/** Makes a node's container, with a host key of its own inside, and starts it. */
export async function startNode(
  engine: Dockerode,
  name: string,
  body: ContainerCreateOptions,
  hostKey: KeyPair,
): Promise<string> {
  const container = await engine.createContainer({ ...body, name })
  await container.putArchive(await hostKeyArchive(hostKey), { path: '/' })
  await container.start()
  return container.id
}

/** Removes a node with what is in it; one that is gone already is fine. Its named volumes stay. */
export const removeNode = (engine: Dockerode, name: string): Promise<void> =>
  removeContainer(engine.getContainer(name))

/** Removes a volume; one that is gone already is fine. */
export const removeVolume = (engine: Dockerode, name: string): Promise<void> =>
  unless([404], engine.getVolume(name).remove())

/** What a node says of itself to people begins so. */
const notePrefix = 'node: '

/** The notes in a node's log: that it copies its images instead of sharing them, say. */
export const notesIn = (log: readonly string[]): readonly string[] =>
  log.filter((line) => line.startsWith(notePrefix)).map((line) => line.slice(notePrefix.length))
