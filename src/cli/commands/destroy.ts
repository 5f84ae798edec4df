import type { Destroyed, StrayHost } from '../../core/provider.ts'
import { ifLocked, playbookArgument, waitOptions } from '../run/carry.ts'
import { defineCommand, type ExitCode } from '../call/command.ts'
import type { Run } from '../run/index.ts'
import type { Look } from '../../report/look.ts'

export const command = defineCommand({
  summary: 'remove the hosts with all that is on them',
  about: 'Removes only what carries the labels of the environment, and tells what is left.',
  args: [playbookArgument],
  options: waitOptions,
  examples: [
    ['provision destroy', 'asks first'],
    ['provision destroy --yes', 'for scripts'],
  ],
  run: async (context, { args, options }) => {
    const workspace = await context.workspace(args[0])
    const { playbook, environment, on } = workspace
    const carryOut = async (run: Run): Promise<ExitCode> => {
      const what =
        on === undefined ? hostsText(playbook.hosts, await run.strays()) : `what is on the hosts of ${on}`
      if (!(await context.confirm(`Remove ${what} of environment ${environment}?`))) {
        context.emit({ event: 'note', level: 'info', text: 'nothing was removed' })
        return 1
      }
      context.emit({ event: 'started', command: 'destroy', playbook: playbook.name, environment })
      const destroyed = await run.destroy()
      context.answer('destroy', destroyed, (look) => destroyedText(destroyed, look))
      return 0
    }
    return context.withRun(workspace, carryOut, { ifLocked: ifLocked(options) })
  },
})

/** All hosts that go: also those that a playbook has listed once. */
function hostsText(listed: readonly string[], strays: readonly Pick<StrayHost, 'name'>[]): string {
  const more = strays.map(({ name }) => `${name} (not in the playbook any more)`)
  return `the hosts ${[...listed, ...more].join(', ')}`
}

function destroyedText({ removed, left }: Destroyed, { style }: Look): string {
  const lines = [
    ...removed.map((name) => style.red(`- ${name}`)),
    ...left.map((name) => `${style.yellow('!')} left: ${name}`),
  ]
  return lines.length > 0 ? lines.join('\n') : 'there was nothing to remove'
}
