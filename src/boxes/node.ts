import type Dockerode from 'dockerode'
import type { ContainerCreateOptions } from 'dockerode'
import { unless } from '../transport/docker-error.ts'
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
  unless([404], engine.getContainer(name).remove({ force: true, v: true }))

/** Removes a volume; one that is gone already is fine. */
export const removeVolume = (engine: Dockerode, name: string): Promise<void> =>
  unless([404], engine.getVolume(name).remove())

/** The last lines of what a node's own scripts and daemons said; empty when nobody knows. */
export async function nodeLog(engine: Dockerode, name: string, lines: number): Promise<string> {
  try {
    const log = await engine.getContainer(name).logs({ stdout: true, stderr: true, tail: lines })
    return demultiplex(log).trimEnd()
  } catch {
    return ''
  }
}

/** What a node says of itself to people begins so. */
const notePrefix = 'node: '

/** The notes in a node's log: that it copies its images instead of sharing them, say. */
export const notesIn = (log: string): readonly string[] =>
  log
    .split('\n')
    .filter((line) => line.startsWith(notePrefix))
    .map((line) => line.slice(notePrefix.length))

/** Docker puts 8 bytes before each piece of output: the stream, three zeros, the length. */
export function demultiplex(framed: Buffer): string {
  const pieces: Buffer[] = []
  for (let at = 0; at + 8 <= framed.length;) {
    const end = at + 8 + framed.readUInt32BE(at + 4)
    pieces.push(framed.subarray(at + 8, end))
    at = end
  }
  return Buffer.concat(pieces).toString()
}
