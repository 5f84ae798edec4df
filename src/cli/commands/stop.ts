import { ifLocked, playbookArgument, waitOptions } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'

export const command = defineCommand({
  summary: 'stop the hosts; they keep all that is on them',
  args: [playbookArgument],
  options: waitOptions,
  examples: [['provision stop', 'all hosts of the environment']],
  run: async (context, { args, options }) => {
    const workspace = await context.workspace(args[0])
    const { playbook, environment } = workspace
    context.emit({ event: 'started', command: 'stop', playbook: playbook.name, environment })
    await context.withRun(workspace, (run) => run.stop(), { ifLocked: ifLocked(options) })
    return 0
  },
})
