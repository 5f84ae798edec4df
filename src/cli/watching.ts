import { setMaxListeners } from 'node:events'
import { dirname, isAbsolute, relative } from 'node:path'
import { isProvisionError } from '../core/error.ts'
import type { Emit } from '../core/event.ts'
import { watch, type Cause, type Sources, type Watch } from '../engine/watch.ts'
import type { Workspace } from '../engine/workspace.ts'
import type { ConnectedHost } from '../transport/host.ts'
import type { WarmHosts } from '../transport/keep-warm.ts'
import type { Context } from './context.ts'
import { filesOf } from './imports.ts'
import type { Run } from './run.ts'
import { watchLogs, type WatchLogs } from './watch-logs.ts'

/** A watch on a playbook, with what the keys of a terminal may ask of it. */
export interface Watching extends Watch {
  readonly toggleLogs: WatchLogs['toggle']
}

/** Begins to watch a playbook, which is loaded again whenever it is edited. The first run follows at once. */
export function startWatching(
  context: Context,
  named: string | undefined,
  loaded: Workspace,
  warm: WarmHosts<ConnectedHost>,
): Watching {
  const logs = watchLogs(context)
  const emitIn = withoutRepeats(context)
  let workspace = loaded
  let builds: Sources['builds'] = []
  let playbookFiles = filesAround(workspace)
  let isCurrent = true
  let isFirst = true
  let lastRun: Pick<Run, 'containers' | 'redact'> | undefined

  const nameOf = (path: string) => (isAbsolute(path) ? relative(workspace.projectDir, path) : path)
  const note = (text: string) => context.emit({ event: 'note', level: 'warning', text })

  const refresh = async (
    edited: readonly string[],
    emit: Emit,
    widen: () => Promise<void>,
  ): Promise<void> => {
    if (edited.length > 0) emit({ event: 'edited', files: edited.map(nameOf) })
    if (!isCurrent) {
      playbookFiles = filesAround(workspace)
      await widen()
      workspace = await context.workspace(named)
      isCurrent = true
    }
    await withSignal(context.signal, (signal) =>
      context.withRun(
        workspace,
        async (run) => {
          // A playbook that cannot be carried out throws here, and what was true of the run before stays.
          const { containers, builds: declared } = run
          const isOther = JSON.stringify(builds) !== JSON.stringify(declared)
          builds = declared
          lastRun = { containers, redact: (text) => run.redact(text) }
          if (isOther) await widen()
          return run.refresh()
        },
        { emit: emitIn(emit), signal, connect: warm.connect, record: 'changes' },
      ),
    )
  }
  const runOnce = async (edited: readonly string[], widen: () => Promise<void>): Promise<boolean> => {
    warm.begin()
    const isFatal = (error: unknown) => isFirst && isHopeless(error)
    const { ok } = await context.reportApart((emit) => refresh(edited, emit, widen), isFatal)
    isFirst = false
    return ok
  }
  const run = async ({ edited, asked }: Cause, widen: () => Promise<void>): Promise<void> => {
    await logs.work()
    if (!isFirst && (asked || edited.some((path) => playbookFiles.includes(path)))) isCurrent = false
    const isFine = await runOnce(edited, widen)
    // A connection may have been lost long before the run that found it out.
    if (!isFine && warm.hasLost() && !context.signal.aborted) await runOnce([], widen)
  }

  const watching = watch({
    sources: () => ({ builds, playbookDir: dirname(workspace.playbookFile), playbookFiles }),
    run,
    onRest: (files) => {
      context.emit({ event: 'watching', files })
      if (lastRun) logs.rest({ ...lastRun, dockerOf: (host) => warm.connected(host)?.docker.docker })
    },
    onCircle: (edited) =>
      note(
        `every run seems to change ${edited.map(nameOf).join(', ')}; there is a pause before each from now on`,
      ),
    onDeaf: (reason) => note(`changes are not heard, only looked for from time to time: ${reason}`),
  })
  return { ...watching, toggleLogs: logs.toggle, ended: watching.ended.finally(() => logs.work()) }
}

/** What no edit mends: there is nothing to refresh, or the call was wrong. */
const isHopeless = (error: unknown): boolean =>
  isProvisionError(error) && ['provider', 'usage'].includes(error.code)

/** The playbook, all that it imports, and the file of its hosts. */
const filesAround = ({ playbookFile, on }: Workspace): readonly string[] => [
  ...filesOf(playbookFile),
  ...(on === undefined ? [] : [on]),
]

/** A signal for one run: what listens to it goes with it, while that of the process lives on. */
async function withSignal<T>(outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController()
  setMaxListeners(0, own.signal)
  const stop = (): void => own.abort(outer.reason)
  outer.addEventListener('abort', stop, { once: true })
  if (outer.aborted) stop()
  try {
    return await work(own.signal)
  } finally {
    outer.removeEventListener('abort', stop)
  }
}

/** People need not be told at every run where the same endpoints answer. */
function withoutRepeats({ globals }: Context): (emit: Emit) => Emit {
  let former = ''
  return (emit) => (event) => {
    if (event.event === 'endpoints' && !globals.json) {
      const endpoints = JSON.stringify(event.endpoints)
      if (endpoints === former) return
      former = endpoints
    }
    emit(event)
  }
}
