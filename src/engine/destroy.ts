import { ProvisionError } from '../core/error.ts'
import type { Destroyed } from '../core/provider.ts'
import { helpOfAll } from '../core/several.ts'
import { errorOf } from '../core/track.ts'
import { applyPlan } from './apply/index.ts'
import { connectInTurn } from './connect-in-turn.ts'
import { lockReached, type HostLocks } from './host-locks.ts'
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
    refuseLeft([
      ...failed.map(({ failure }) => errorOf(failure)),
      ...(isSome(silent) ? [someUnreached(silent)] : []),
    ])
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

/** @throws the only error as it is, or one that shows all of them */
function refuseLeft([first, ...others]: readonly ProvisionError[]): void {
  if (!first) return
  const all = [first, ...others]
  if (others.length === 0) throw first
  throw new ProvisionError(first.code, `${all.length} things are in the way of removing all`, {
    output: all.flatMap(({ message, output }) => [message, ...(output ? [output] : [])]).join('\n'),
    help: helpOfAll(all),
    cause: first,
  })
}
