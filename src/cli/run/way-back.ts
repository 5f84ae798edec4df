import type Dockerode from 'dockerode'
import { ProvisionError } from '../../core/error.ts'
import { graphOf, type Graph } from '../../core/graph/index.ts'
import { lastGood } from '../../core/history/rollback.ts'
import { keptIn, pastRuns } from '../../engine/rollback/runs.ts'
import type { Session } from '../../engine/session.ts'
import type { WayBack } from '../../engine/transaction.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { openFormer } from './kept.ts'
import { paramEnvironment } from './param-env.ts'

/** Of the run that failed, what its way back uses as well. */
interface Ways {
  readonly engine: () => Promise<Dockerode>
  /** Builds what was not kept. */
  readonly build: Session['build']
  /** What knows the hosts of a workspace. */
  readonly provider: (workspace: Workspace, graph: () => Graph) => Promise<Session['provider']>
}

/**
 * The way back to the last run that went well; undefined where none has.
 * @throws ProvisionError `state` when it is not kept: what was before it is not where the system was
 */
export async function wayBack(
  { workspace, emit }: Session,
  { engine, build: now, provider: providerFor }: Ways,
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
  const declaration = playbook.declare(given, paramEnvironment(playbook.params))
  const graph = graphOf(declaration.resources, playbook.hosts)
  // A host that this run has taken out comes back, and what it has put on a new one goes.
  const hosts = [...new Set([...playbook.hosts, ...workspace.playbook.hosts])]
  const provider = await providerFor({ ...kept.workspace, playbook: { ...playbook, hosts } }, () => graph)
  return {
    number: good.number,
    session: (session) => ({
      ...session,
      ...{ workspace: kept.workspace, declaration, graph, provider },
      build: (builds, signal) => kept.build(builds, (some) => now(some, signal), engine),
    }),
    close: kept.close,
  }
}
