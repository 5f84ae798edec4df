import { dirname, isAbsolute, relative } from 'node:path'
import { watch, type Watch } from '../../engine/watch/index.ts'
import type { Workspace } from '../../engine/workspace.ts'
import type { Context } from '../call/context.ts'
import type { Warm } from '../run/warm.ts'
import { watchLogs, type WatchLogs } from '../logs/watch-logs.ts'
import { watchedBox } from './box.ts'
import { watchedPlaybook } from './playbook.ts'
import { watchRuns } from './runs.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/** A watch on a playbook, with what the keys of a terminal may ask of it. */
export interface Watching extends Watch {
  readonly toggleLogs: WatchLogs['toggle']
}

/** Begins to watch a playbook, which is loaded again whenever it is edited. The first run follows at once. */
export function startWatching(
  context: Context,
  named: string | undefined,
  loaded: Workspace,
  warm: Warm,
): Watching {
  const playbook = watchedPlaybook(loaded, () => context.workspace(named))
  const nameOf = (path: string) => (isAbsolute(path) ? relative(playbook.workspace().projectDir, path) : path)
  const listed = (paths: readonly string[]) => paths.map(nameOf).join(', ')
  const runs = watchRuns(context, playbook, warm, nameOf)
  const logs = watchLogs(context)
  const warn = (text: string) => context.emit({ event: 'note', level: 'warning', text })

  const watching = watch({
    sources: () => ({
      builds: [...runs.builds(), ...watchedBox(playbook.workspace()).builds],
      playbookDir: dirname(playbook.workspace().playbookFile),
      playbookFiles: playbook.files(),
    }),
    run: async (cause, reading) => {
      await logs.work()
      const stuck = cause.edited.filter(playbook.isStuck)
      if (stuck.length > 0)
        warn(
          `begin this watch anew to have what was edited: JavaScript is loaded only once (${listed(stuck)})`,
        )
      const ofBox = watchedBox(playbook.workspace()).among(cause.edited)
      if (ofBox.length > 0)
        warn(
          `\`${ownCommand('destroy')}\` and \`${ownCommand('quickstart')}\` make nodes of the edited box: those that are there keep theirs (${listed(ofBox)})`,
        )
      return runs.run(cause, reading)
    },
    onRest: (files) => {
      context.emit({ event: 'watching', files })
      const last = runs.last()
      if (last) logs.rest({ ...last, dockerOf: (host) => warm.connected(host)?.docker.docker })
    },
    onCircle: (edited) =>
      warn(`every run seems to change ${listed(edited)}; there is a pause before each from now on`),
    onDeaf: (reason) => warn(`changes are not heard, only looked for from time to time: ${reason}`),
  })
  return { ...watching, toggleLogs: logs.toggle, ended: watching.ended.finally(() => logs.work()) }
}
