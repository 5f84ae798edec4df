import { statfs } from 'node:fs/promises'
import type Dockerode from 'dockerode'
import { showBytes } from '../../core/text/bytes.ts'

/** Below this a build that failed most likely failed for want of space. */
const scarce = 100_000_000

/** What to do when the engine's disk is full; undefined when it is not, or is not a disk of this machine. */
export async function spaceHelp(engine: Dockerode): Promise<string | undefined> {
  try {
    const info: unknown = await engine.info()
    const root =
      typeof info === 'object' && info !== null && 'DockerRootDir' in info ? info.DockerRootDir : undefined
    if (typeof root !== 'string') return undefined
    const { bavail, bsize } = await statfs(root)
    const free = bavail * bsize
    return free < scarce
      ? `only ${showBytes(free)} are free in ${root}: docker image prune, or free some space`
      : undefined
  } catch {
    return undefined
  }
}
