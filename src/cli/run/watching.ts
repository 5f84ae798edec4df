import { setMaxListeners } from 'node:events'
import { dirname, isAbsolute, relative } from 'node:path'
import { isProvisionError } from '../../core/error.ts'
import type { Emit } from '../../core/event.ts'
import { quietly } from '../../engine/watch/meanwhile.ts'
import {
  mayLeave,
  watch,
  type Cause,
  type Done,
  type Reading,
  type Sources,
  type Watch,
} from '../../engine/watch.ts'
import type { Workspace } from '../../engine/workspace.ts'
import type { ConnectedHost } from '../../transport/host.ts'
import type { WarmHosts } from '../../transport/keep-warm.ts'
import type { Context } from '../call/context.ts'
import { filesOf } from '../playbook/imports.ts'
import type { Run } from './index.ts'
import { watchLogs, type WatchLogs } from '../logs/watch-logs.ts'
import { withoutRepeats } from './watch-repeats.ts'

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
  // A machine reads each run by itself.
  const emitIn = context.globals.json ? (emit: Emit) => emit : withoutRepeats()
  let workspace = loaded
  let builds: Sources['builds'] = []
  let playbookFiles = filesAround(workspace)
  /** What Node.js has loaded of it, and will not load again. */
  let scripts = scriptsIn(playbookFiles)
  let isCurrent = true
  let isFirst = true
  let lastRun: Pick<Run, 'containers' | 'redact'> | undefined

  const nameOf = (path: string) => (isAbsolute(path) ? relative(workspace.projectDir, path) : path)
  const note = (text: string) => context.emit({ event: 'note', level: 'warning', text })

  const refresh = async (emit: Emit, leaves: boolean, reading: Reading): Promise<void> => {
    if (!isCurrent) {
      playbookFiles = filesAround(workspace)
      await reading.widen()
      workspace = await context.workspace(named)
      isCurrent = true
      scripts = scriptsIn(playbookFiles, scripts)
    }
    const carryOut = (emit: Emit, signal: AbortSignal) =>
      context.withRun(
        workspace,
        async (run) => {
          // A playbook that cannot be carried out throws here, and what was true of the run before stays.
          const { containers, builds: declared } = run
          const isOther = JSON.stringify(builds) !== JSON.stringify(declared)
          builds = declared
          lastRun = { containers, redact: (text) => run.redact(text) }
          if (isOther) await reading.widen()
          return run.refresh()
        },
        { emit, signal, connect: warm.connect, record: 'changes', notice: reading.notice },
      )
    await withSignal(context.signal, (signal) =>
      leaves
        ? quietly(emitIn(emit), signal, (emit) => carryOut(emit, signal))
        : carryOut(emitIn(emit), signal),
    )
  }
  const runOnce = async (edited: readonly string[], leaves: boolean, reading: Reading) => {
    warm.begin()
    const isFatal = (error: unknown) => isFirst && isHopeless(error)
    const finished = await context.reportApart(async (emit) => {
      if (edited.length > 0) emit({ event: 'edited', files: edited.map(nameOf) })
      await refresh(emit, leaves, reading)
    }, isFatal)
    isFirst = false
    return finished
  }
  const run = async (cause: Cause, reading: Reading): Promise<Done> => {
    const { edited, asked } = cause
    const leaves = mayLeave(cause)
    await logs.work()
    if (!isFirst && (asked || edited.some((path) => playbookFiles.includes(path)))) isCurrent = false
    const kept = edited.filter((path) => scripts.has(path)).map(nameOf)
    if (kept.length > 0)
      note(
        `begin this watch anew to have what was edited: JavaScript is loaded only once (${kept.join(', ')})`,
      )
    const first = await runOnce(edited, leaves, reading)
    // A connection may have been lost long before the run that found it out.
    const isRepeated = !first.ok && warm.hasLost() && !context.signal.aborted
    const { again } = isRepeated ? await runOnce([], leaves, reading) : first
    return again ? 'part' : 'all'
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

/** The JavaScript among files, and what was known of it before. */
const scriptsIn = (files: readonly string[], known: ReadonlySet<string> = new Set()): ReadonlySet<string> =>
  new Set([...known, ...files.filter((file) => /\.[cm]?js$/.test(file))])

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
