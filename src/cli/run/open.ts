import { dirname } from 'node:path'
import { ProvisionError } from '../../core/error.ts'
import type { Finished } from '../../core/event.ts'
import { graphOf, type Graph } from '../../core/graph.ts'
import { once } from '../../core/once.ts'
import { buildAll } from '../../engine/build/index.ts'
import type { Outcomes } from '../../engine/converge.ts'
import { hasHosts, isMade, nodeTasks, requireHosts, requireMade } from '../../engine/nodes.ts'
import { observer } from '../../engine/observe.ts'
import { quickstart } from '../../engine/quickstart.ts'
import { plan, refresh } from '../../engine/refresh.ts'
import { destroyAll } from '../../engine/rollback/destroy-all.ts'
import type { Built, IfLocked, Session } from '../../engine/session.ts'
import { statusOf } from '../../engine/status.ts'
import { transaction } from '../../engine/transaction.ts'
import { endOnHost } from '../../transport/docker/container-process.ts'
import { shareCredentials } from '../../transport/ssh/credentials.ts'
import { localEngine } from '../../transport/docker/engine.ts'
import type { Searches } from '../../transport/delta/search.ts'
import { imageSource } from '../../transport/images/source.ts'
import { connectHost, type ConnectedHost } from '../../transport/host.ts'
import { acquireLock } from '../../transport/lock/state-lock.ts'
import { shareReads } from '../../transport/files/shared-reads.ts'
import { ensureBox } from '../box/ensure.ts'
import { hiding } from './hiding.ts'
import { dockerQuestions, imagesOf } from '../playbook/of-graph.ts'
import { paramEnvironment } from './param-env.ts'
import { providerOf } from './provider-of.ts'
import { recorded, tapped, type Recording } from './recorded.ts'
import type { OpenHost, OpenRun, Run } from './index.ts'
import { wayBack } from './way-back.ts'

/** Puts the rooms of the tool together for one playbook in one environment. */
export const openRun: OpenRun = async (workspace, options) => {
  const { playbook, given } = workspace
  const env = paramEnvironment(playbook.params)
  let questionsOf = dockerQuestions({ resources: [] })
  // Only what needs the playbook's resources asks for them: to stop or destroy hosts, no param has to be given.
  const declared = once(() => {
    const declaration = playbook.declare(given, env)
    const graph = graphOf(declaration.resources, playbook.hosts)
    questionsOf = dockerQuestions(graph)
    return { declaration, graph }
  })
  const engine = once(() => localEngine())
  const images = imageSource(engine)
  const searches: Searches = new Map()
  const reads = shareReads()
  const hidden = hiding()
  const tap = tapped(options.emit)
  const observed = observer(tap.emit)
  const buildContext = {
    playbookDir: dirname(workspace.playbookFile),
    cacheDir: workspace.cacheDir,
    ...{ engine, reads },
    ...options,
    emit: tap.emit,
  }
  let built: Built | undefined
  const buildNow: Session['build'] = (builds, signal) => buildAll(builds, { ...buildContext, signal })
  const { kept, record = 'all' } = options
  const onDetail = (text: string) => tap.emit({ event: 'note', level: 'detail', text })
  const shared = { images, searches, reads, credentials: shareCredentials(), onDetail }
  const connectNow: Session['connect'] = (target, signal) =>
    connectHost(target, signal, { ...shared, questions: questionsOf(target.name) })
  const session: Session = {
    ...options,
    ...hidden,
    emit: tap.emit,
    workspace,
    doing: { command: 'run' },
    get declaration() {
      return declared().declaration
    },
    get graph() {
      return declared().graph
    },
    provider: observed.provider(await providerOf(workspace, () => declared().graph, engine)),
    build: async (builds, signal) => {
      built = await (kept
        ? kept.build(builds, (some) => buildNow(some, signal), engine)
        : buildNow([...builds, ...playbook.box.images], signal))
      return built
    },
    ensureBox: (built) => {
      const { graph } = declared()
      const content = { box: playbook.box, images: imagesOf(graph, playbook.box), among: graph.builds }
      return ensureBox(content, built, buildContext)
    },
    connect: observed.connect(options.connect ?? connectNow),
  }
  const recording = { session, tap, engine, reads, record, built: () => built, state: kept?.state }
  const back = () => wayBack(session, engine, buildNow)
  return runOf(session, options.ifLocked, recording, {
    ...{ back, onClose: observed.end },
    requireLatest: kept?.requireLatest ?? (() => Promise.resolve()),
  })
}

interface Ways {
  /** To the last run that went well. */
  readonly back: Parameters<typeof transaction>[2]
  /** Makes sure that no other run has come between the choice of a run to roll back to and this one. */
  readonly requireLatest: () => Promise<void>
  readonly onClose: () => void
}

function runOf(session: Session, ifLocked: IfLocked, recording: Recording, ways: Ways): Run {
  const { back, requireLatest, onClose } = ways
  const { workspace, provider, signal, emit } = session
  const opened: ConnectedHost[] = []
  const alone = <T>(
    command: string,
    admit: Admit,
    work: () => Promise<T>,
    outcomesOf: (result: T) => Outcomes,
  ): Promise<T> =>
    underLock(session, command, ifLocked, async () => {
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
    refuseMistakes(session)
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
      refuseMistakes(session)
      return plan(session)
    },
    status: async () => {
      refuseMistakes(session)
      return statusOf(session)
    },
    survey: () => provider.survey(signal),
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

/** Has the playbook evaluated and checked, before anything is asked or changed. */
const refuseMistakes = ({ graph }: Session): Graph => graph

/** What refuses a run before anything is written for it. */
type Admit = (session: Session) => Promise<void>

const always: Admit = () => Promise.resolve()

const same = (outcomes: Outcomes): Outcomes => outcomes

const fine = (changed: number): Outcomes => ({ ok: true, changed, unchanged: 0, failed: 0 })

async function underLock<T>(
  { workspace, signal, emit, doing }: Session,
  command: string,
  ifLocked: IfLocked,
  work: () => Promise<T>,
): Promise<T> {
  doing.command = command
  const lock = await acquireLock(workspace.stateDir, command, signal, (who) => {
    if (ifLocked === 'fail') {
      throw new ProvisionError('locked', `environment ${workspace.environment}: ${who}`, {
        help: 'leave out --no-wait to wait for it',
      })
    }
    emit({ event: 'note', level: 'info', text: `waiting: ${who}` })
  })
  try {
    return await work()
  } finally {
    await lock.release()
  }
}

async function openHosts(
  { provider, connect, signal }: Session,
  opened: ConnectedHost[],
  names: readonly string[] | undefined,
): Promise<OpenHost[]> {
  const provided = await provider.survey(signal)
  const wanted = provided.filter(({ name, state }) => (names ? names.includes(name) : state === 'running'))
  const asleep = wanted.filter(({ state }) => state !== 'running')
  if (asleep.length > 0 || wanted.length === 0) {
    const what = asleep.map(({ name, state }) => `${name} is ${state}`).join(', ') || 'no host runs'
    throw new ProvisionError('provider', what, { help: 'provision quickstart, or provision start' })
  }
  return Promise.all(
    wanted.map(async (host) => {
      const port = await connect(host.ssh, signal)
      opened.push(port)
      return { provided: host, docker: port.docker.docker, endProcess: endOnHost(port.connection) }
    }),
  )
}
