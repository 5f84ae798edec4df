import { laneOf, type Action, type Lane } from '../core/action.ts'
import type { HostWatcher, Outcome } from '../core/host.ts'
import type { Answer, Probe } from '../core/probe.ts'
import { runCommands } from './commands/index.ts'
import type { RunAction } from './commands/script.ts'
import type { FileRoutes } from './commit/batch.ts'
import type { DockerPort } from './docker/index.ts'
import { isDockerProbe } from './docker/probe.ts'
import type { FileAction } from './files/batch.ts'
import type { BulkUses } from './files/cut-bulk.ts'
import { performFiles } from './files/index.ts'
import { answerProbes } from './probe/index.ts'
import type { ShellProbe } from './probe/script.ts'
import type { Connection } from './ssh/connection.ts'

/** What carries the lanes of a host. */
export interface LaneRoutes {
  readonly files: Omit<FileRoutes, 'openBulk'>
  readonly docker: DockerPort
  readonly bulk: BulkUses
  readonly bulkDocker: (over: Connection) => DockerPort
}

/** Carries out actions, all lanes at once. */
export const performActions = (
  routes: LaneRoutes,
  actions: readonly Action[],
  stop: AbortSignal,
  watch: HostWatcher | undefined,
): Promise<readonly Outcome[]> =>
  inGroups(actions, laneOf, (lane, some) => performLane(routes, lane, some, stop, watch))

/** Answers probes, those of the shell and those of Docker at once. */
export const answerAll = (
  connection: Connection,
  docker: DockerPort,
  probes: readonly Probe[],
  stop: AbortSignal,
): Promise<readonly Answer[]> =>
  inGroups(probes, isDockerProbe, async (ofDocker, some) =>
    ofDocker
      ? docker.probe(some.filter(isDockerProbe), stop)
      : answerProbes(connection, some.filter(isShellProbe), stop),
  )

async function performLane(
  { files, docker, bulk, bulkDocker }: LaneRoutes,
  lane: Lane,
  actions: readonly Action[],
  stop: AbortSignal,
  watch: HostWatcher | undefined,
): Promise<readonly Outcome[]> {
  switch (lane) {
    case 'files':
      return bulk.during(stop, (openBulk) =>
        performFiles({ ...files, openBulk }, actions.filter(isFile), stop, watch),
      )
    case 'commands':
      return runCommands(files.connection, actions.filter(isRun), stop, watch)
    case 'bulk':
      return bulk.during(stop, async (openBulk) => {
        const { connection, admitted } = await openBulk()
        await admitted
        return bulkDocker(connection).perform(actions, stop, watch)
      })
    case 'docker':
      return docker.perform(actions, stop, watch)
  }
}

const isFile = (action: Action): action is FileAction => laneOf(action) === 'files'
const isRun = (action: Action): action is RunAction => action.do === 'run'
const isShellProbe = (probe: Probe): probe is ShellProbe => !isDockerProbe(probe)

/** Has each group of items answered together, all groups at once, and gives the answers in the order of the items. */
async function inGroups<T, G, R>(
  items: readonly T[],
  groupOf: (item: T) => G,
  answer: (group: G, items: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const groups = [...new Set(items.map(groupOf))]
  const answers = await Promise.all(
    groups.map(async (group) => {
      const mine = items.flatMap((item, index) => (groupOf(item) === group ? [{ item, index }] : []))
      const given = await answer(
        group,
        mine.map(({ item }) => item),
      )
      return given.map((value, i) => ({ value, index: mine[i]?.index ?? items.length }))
    }),
  )
  return answers
    .flat()
    .sort((a, b) => a.index - b.index)
    .map(({ value }) => value)
}
