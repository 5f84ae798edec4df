import type { Destroyed } from '../core/provider.ts'
import { errorOf } from '../core/track.ts'
import { applyPlan } from './apply/index.ts'
import { connectInTurn } from './connect-in-turn.ts'
import { lockReached, type HostLocks } from './host-locks.ts'
import { closeAll, connectEach, isSome, noneReached, someUnreached } from './hosts.ts'
import { nodeTasks } from './nodes.ts'
import { combined } from './plan/in-the-way.ts'
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
  const { hosts, unreached } = await connectEach(
    { connect: connectInTurn(session.connect), signal },
    await provider.survey(signal),
  )
  let locks: HostLocks | undefined
  try {
    const locked = await lockReached(session, hosts.values())
    locks = locked.locks
    const lost = [...unreached, ...locked.unreached]
    const names = new Set(lost.map(({ host }) => host))
    const ports = new Map([...hosts].filter(([name]) => !names.has(name)))
    if (isSome(lost) && ports.size === 0) throw noneReached(lost)
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
    const silent = [...lost, ...planned.unreached]
    const [error, ...others] = [
      ...failed.map(({ failure }) => errorOf(failure)),
      ...(isSome(silent) ? [someUnreached(silent)] : []),
    ]
    if (error) throw others.length === 0 ? error : combined([error, ...others])
    // What is left must not pass for gone: with that goes all that is kept of it here.
    signal.throwIfAborted()
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
    await closeAll(hosts.values())
  }
}
