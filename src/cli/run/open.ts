import { dirname } from 'node:path'
import { graphOf, type Graph } from '../../core/graph/index.ts'
import { worded } from '../../core/text/own-command.ts'
import { once } from '../../core/async/once.ts'
import { buildAll } from '../../engine/build/index.ts'
import { observer } from '../../engine/observe.ts'
import type { Built, Session } from '../../engine/session.ts'
import type { Workspace } from '../../engine/workspace.ts'
import { shareCredentials } from '../../transport/ssh/credentials.ts'
import { localEngine } from '../../transport/docker/engine.ts'
import type { Searches } from '../../transport/delta/search.ts'
import { imageSource } from '../../transport/images/source.ts'
import { connectHost } from '../../transport/host.ts'
import { shareReads } from '../../transport/files/shared-reads.ts'
import { ensureBox } from '../box/ensure.ts'
import { hiding } from './hiding.ts'
import { dockerQuestions, imagesOf } from '../playbook/of-graph.ts'
import { paramEnvironment } from './param-env.ts'
import { providerOf } from './provider-of.ts'
import { tapped } from './recorded.ts'
import type { OpenRun } from './index.ts'
import { wayBack } from './way-back.ts'
import { runOf } from './verbs.ts'

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
  const { reads = shareReads() } = options
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
  const providerFor = async (of: Workspace, graph: () => Graph) =>
    observed.provider(await providerOf(of, graph, engine, options.signal))
  const session: Session = {
    ...options,
    ...hidden,
    redact: (text) => hidden.redact(worded(text, options.commandLine)),
    emit: tap.emit,
    workspace,
    doing: { command: 'run' },
    get declaration() {
      return declared().declaration
    },
    get graph() {
      return declared().graph
    },
    provider: await providerFor(workspace, () => declared().graph),
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
  const back = () => wayBack(session, { engine, build: buildNow, provider: providerFor })
  return runOf(session, options.ifLocked, recording, {
    ...{ back, onClose: observed.end },
    requireLatest: kept?.requireLatest ?? (() => Promise.resolve()),
  })
}
