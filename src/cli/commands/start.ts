import { ifLocked, playbookArgument, waitOptions } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'

export const command = defineCommand({
  summary: 'start hosts that are stopped, with the containers on them',
  args: [playbookArgument],
  options: waitOptions,
  examples: [['provision start', 'all hosts of the environment']],
  run: async (context, { args, options }) => {
    const workspace = await context.workspace(args[0])
    const { playbook, environment } = workspace
    context.emit({ event: 'started', command: 'start', playbook: playbook.name, environment })
    await context.withRun(workspace, (run) => run.start(), { ifLocked: ifLocked(options) })
    return 0
  },
})
