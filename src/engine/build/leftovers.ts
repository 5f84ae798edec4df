import { unless } from '../../transport/docker/error.ts'
import { localEngine } from '../../transport/docker/engine.ts'
import { markOf, runVariable } from '../../transport/local.ts'
import { killMarked } from '../../transport/marked-processes.ts'
import { builderRunLabel } from './builder.ts'

/**
 * Ends what a run of this machine goes on building although it was killed: it would write into the output of the next one.
 * @returns what was found, for people
 */
export async function endBuilds(pid: number): Promise<readonly string[]> {
  const processes = killMarked(runVariable, markOf(pid))
  const containers = await endContainers(pid)
  return [
    ...(processes.length === 0 ? [] : [`a build that still ran (pid ${processes.join(', ')})`]),
    ...containers,
  ]
}

async function endContainers(pid: number): Promise<readonly string[]> {
  // Hosts may be reached without any engine here.
  const engine = await localEngine().catch(() => undefined)
  if (!engine) return []
  const filters = { label: [`${builderRunLabel}=${markOf(pid)}`] }
  const found = await engine.listContainers({ all: true, filters })
  await Promise.all(
    found.map(({ Id }) => unless([404, 409], engine.getContainer(Id).remove({ force: true }))),
  )
  return found.map(
    ({ Names, Id }) => `container ${(Names[0] ?? Id).replace(/^\//, '')}, in which an artifact was built`,
  )
}
