import type { Destroyed } from '../core/provider.ts'
import { errorOf } from '../core/track.ts'
import { applyPlan } from './apply/index.ts'
import { connectInTurn } from './connect-in-turn.ts'
import { lockHosts, type HostLocks } from './host-locks.ts'
import { closeAll, connectEach, isSome, noneReached, someUnreached } from './hosts.ts'
import { nodeTasks } from './nodes.ts'
import { makePlan } from './plan/make.ts'
import type { Session } from './session.ts'
import { scopeOf } from './workspace.ts'

/** What a run needs for that. */
export type Clearing = Pick<
  Session,
  'provider' | 'workspace' | 'connect' | 'signal' | 'emit' | 'ifLocked' | 'doing'
>

/** Removes an environment: its nodes, or from hosts that are not ours what of ours runs on them. */
export function destroy(session: Clearing): Promise<Destroyed> {
  const { provider, signal, emit } = session
  return provider.kind === 'ssh' ? clearHosts(session) : provider.destroy(signal, nodeTasks(emit))
}

/**
 * What an empty playbook would leave: no container and no network of ours. Volumes and files are kept, and told. A host that
 * is not reached keeps no other from being cleared.
 */
async function clearHosts(session: Clearing): Promise<Destroyed> {
  const { provider, signal, emit, workspace } = session
  const { hosts: ports, unreached } = await connectEach(
    { connect: connectInTurn(session.connect), signal },
    await provider.survey(signal),
  )
  let locks: HostLocks | undefined
  try {
    if (isSome(unreached) && ports.size === 0) throw noneReached(unreached)
    locks = await lockHosts(session, ports.values())
    const facts = {
      scope: scopeOf(workspace),
      hosts: new Map(),
      built: new Map(),
      images: new Map(),
      paths: new Map(),
    }
    const planned = await makePlan({ resources: [] }, ports, facts, signal)
    const { plan, keptVolumes } = planned
    const { changed, failed } = await applyPlan(plan, ports, locks.signal, emit)
    locks.requireAll()
    const [first] = failed
    if (first) throw errorOf(first.failure)
    const silent = [...unreached, ...planned.unreached]
    if (isSome(silent)) throw someUnreached(silent)
    const removed = plan.steps.filter(({ id }) => changed.includes(id))
    return {
      removed: removed.map(({ host, kind, name }) => `${host} › ${kind} ${name}`),
      left: [
        ...keptVolumes.map(({ host, name }) => `${host} › volume ${name}`),
        ...[...ports.keys()].map((host) => `${host} › images and files that were sent there`),
      ],
    }
  } finally {
    locks?.release()
    await closeAll(ports.values())
  }
}
