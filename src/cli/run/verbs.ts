import type { Finished } from '../../core/event.ts'
import { refuseLeftOut } from '../../core/graph/left-out.ts'
import type { Outcomes } from '../../engine/converge.ts'
import { requireSecrets } from '../../core/playbook/params.ts'
import { hasHosts, isMade, nodeTasks, requireHosts, requireMade } from '../../engine/nodes.ts'
import { quickstart } from '../../engine/quickstart.ts'
import { plan, refresh } from '../../engine/refresh.ts'
import { destroyAll } from '../../engine/rollback/destroy-all.ts'
import type { IfLocked, Session } from '../../engine/session.ts'
import { statusOf } from '../../engine/status.ts'
import { transaction } from '../../engine/transaction.ts'
import type { ConnectedHost } from '../../transport/host.ts'
import { refuseOtherPlaybook } from './own-environment.ts'
import { paramEnvironment } from './param-env.ts'
import { recorded, type Recording } from './recorded.ts'
import type { Run } from './index.ts'
import { openHosts } from './open-hosts.ts'
import { underLock } from './under-lock.ts'

/** What a run needs beside its session. */
interface Ways {
  /** To the last run that went well. */
  readonly back: Parameters<typeof transaction>[2]
  /** Makes sure that no other run has come between the choice of a run to roll back to and this one. */
  readonly requireLatest: () => Promise<void>
  readonly onClose: () => void
}

/** What can be done with an open run. */
export function runOf(session: Session, ifLocked: IfLocked, recording: Recording, ways: Ways): Run {
  const { back, requireLatest, onClose } = ways
  const { workspace, provider, signal, emit } = session
  const opened: ConnectedHost[] = []
  // What is brought back is what was there.
  const refuseOther = async () => {
    if (recording.state === undefined) await refuseOtherPlaybook(workspace)
  }
  const alone = <T>(
    command: string,
    admit: Admit,
    work: () => Promise<T>,
    outcomesOf: (result: T) => Outcomes,
  ): Promise<T> =>
    underLock(session, command, ifLocked, async () => {
      await refuseOther()
      await admit(session)
      return recorded(recording, command, work, outcomesOf)
    })
  const finishing = async (
    command: string,
    admit: Admit,
    work: (session: Session) => Promise<Outcomes>,
  ): Promise<Finished> => {
    const started = performance.now()
    const { name } = workspace.playbook
    emit({ event: 'started', command, playbook: name, environment: workspace.environment })
    refuseMistakes(session, recording)
    const carried = () => (workspace.playbook.transaction ? transaction(session, work, back) : work(session))
    const outcomes = await alone(command, admit, carried, same)
    const finished: Finished = { event: 'finished', ...outcomes, durationMs: performance.now() - started }
    emit(finished)
    return finished
  }
  const onNodes = async (command: string, admit: Admit, work: () => Promise<unknown>): Promise<void> => {
    await alone(command, admit, work, () => fine(0))
  }
  return {
    get containers() {
      return session.graph.resources.flatMap(({ resource: { kind, host, name } }) =>
        kind === 'container' ? [{ host, name }] : [],
      )
    },
    get builds() {
      return [...session.graph.builds, ...workspace.playbook.box.images]
    },
    quickstart: () => finishing('quickstart', always, quickstart),
    refresh: () => finishing('refresh', requireMade, refresh),
    apply: () => finishing('apply', requireMade, refresh),
    rollback: (number) =>
      finishing(`rollback to ${number}`, requireMade, async (under) => {
        await requireLatest()
        return refresh(under)
      }),
    plan: async () => {
      refuseMistakes(session, recording)
      await refuseOther()
      return plan(session)
    },
    status: () => statusOf(session),
    survey: () => provider.survey(signal),
    strays: async () => {
      await provider.survey(signal)
      return provider.strays()
    },
    hosts: (names) => openHosts(session, opened, names),
    stop: async () => {
      const text = 'there is nothing to stop: no host is there'
      if (await hasHosts(session)) await onNodes('stop', always, () => provider.stop(signal, nodeTasks(emit)))
      else emit({ event: 'note', level: 'info', text })
    },
    start: () => onNodes('start', requireHosts, () => provider.start(signal, nodeTasks(emit))),
    destroy: async () => {
      const work = () => destroyAll(session, recording.engine)
      // What carries its labels goes also where nothing else is known of it, and then nothing is written for that.
      if (!(await isMade(session))) return underLock(session, 'destroy', ifLocked, work)
      return alone('destroy', always, work, ({ removed }) => fine(removed.length))
    },
    redact: session.redact,
    close: async () => {
      await Promise.allSettled(opened.map((host) => host.close()))
      onClose()
    },
  }
}

/** Has the playbook evaluated and checked with all that it needs, before anything is asked or changed. */
function refuseMistakes({ workspace, declaration, graph }: Session, { state }: Recording): void {
  const { params } = workspace.playbook
  requireSecrets(params, paramEnvironment(params))
  // What is brought back went well as it is.
  if (state === undefined) refuseLeftOut(declaration.made, graph)
}

/** What refuses a run before anything is written for it. */
type Admit = (session: Session) => Promise<void>

const always: Admit = () => Promise.resolve()

const same = (outcomes: Outcomes): Outcomes => outcomes

const fine = (changed: number): Outcomes => ({ ok: true, changed, unchanged: 0, failed: 0 })
