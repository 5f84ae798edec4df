import type Dockerode from 'dockerode'
import { ProvisionError } from '../../core/error.ts'
import { graphOf } from '../../core/graph/index.ts'
import { lastGood } from '../../core/history/rollback.ts'
import { keptIn, pastRuns } from '../../engine/rollback/runs.ts'
import type { Session } from '../../engine/session.ts'
import type { WayBack } from '../../engine/transaction.ts'
import { openFormer } from './kept.ts'
import { paramEnvironment } from './param-env.ts'

/**
 * The way back to the last run that went well; undefined where none has.
 * @throws ProvisionError `state` when it is not kept: what was before it is not where the system was
 */
export async function wayBack(
  { workspace, emit }: Session,
  engine: () => Promise<Dockerode>,
  now: Session['build'],
): Promise<WayBack | undefined> {
  const { stateDir } = workspace
  const good = lastGood(await pastRuns(stateDir))
  if (!good) return undefined
  if (good.state === undefined || !(await keptIn(stateDir)).has(good.state)) {
    const text = `nothing is put back: run ${good.number}, the last that went well, is not kept`
    throw new ProvisionError('state', text, { help: 'mend what failed, and refresh' })
  }
  const kept = await openFormer(workspace, good)
  for (const text of kept.notes) emit({ event: 'note', level: 'info', text })
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
