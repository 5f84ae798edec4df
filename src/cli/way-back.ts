import type Dockerode from 'dockerode'
import { graphOf } from '../core/graph.ts'
import { lastGood } from '../core/rollback.ts'
import { keptIn, pastRuns } from '../engine/rollback/runs.ts'
import type { Session } from '../engine/session.ts'
import type { WayBack } from '../engine/transaction.ts'
import { openKept } from './kept.ts'
import { paramEnvironment } from './param-env.ts'

/** The way back to the last run that went well; undefined where none has, or nothing is kept of it. */
export async function wayBack(
  { workspace }: Session,
  engine: () => Promise<Dockerode>,
  now: Session['build'],
): Promise<WayBack | undefined> {
  const { stateDir } = workspace
  const good = lastGood(await pastRuns(stateDir), await keptIn(stateDir))
  if (!good) return undefined
  const kept = await openKept(workspace, good)
  const { playbook, given } = kept.workspace
  return {
    number: good.number,
    session: (session) => {
      const declaration = playbook.declare(given, paramEnvironment(playbook.params))
      return {
        ...session,
        ...{ workspace: kept.workspace, declaration },
        graph: graphOf(declaration.resources, playbook.hosts),
        build: (builds, signal) => kept.build(builds, (some) => now(some, signal), engine),
      }
    },
    close: kept.close,
  }
}
