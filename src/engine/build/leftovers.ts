import { readdir, readFile } from 'node:fs/promises'
import { unless } from '../../transport/docker-error.ts'
import { localEngine } from '../../transport/engine.ts'
import { markOf, runVariable } from '../../transport/local.ts'
import { builderRunLabel } from './artifact-in-image.ts'

/**
 * Ends what a run of this machine goes on building although it was killed: it would write into the output of the next one.
 * @returns what was found, for people
 */
export async function endBuilds(pid: number): Promise<readonly string[]> {
  const [processes, containers] = await Promise.all([endProcesses(pid), endContainers(pid)])
  return [
    ...(processes.length === 0 ? [] : [`a build that still ran (pid ${processes.join(', ')})`]),
    ...containers,
  ]
}

/** By a variable that all have whom a build starts. Where there is no /proc they are not found. */
async function endProcesses(pid: number): Promise<readonly number[]> {
  const mark = `${runVariable}=${markOf(pid)}`
  const all = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    all.map(async (name) => {
      const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '')
      return environment.split('\0').includes(mark) ? [Number(name)] : []
    }),
  )
  for (const one of found.flat()) {
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
  return found.flat()
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
