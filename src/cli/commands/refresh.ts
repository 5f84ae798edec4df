import { carryOut, ifLocked, playbookArgument, waitOptions } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'

export const command = defineCommand({
  summary: 'bring what was edited into the running system',
  about:
    'Rebuilds, pushes and restarts what changed, starts hosts that are stopped, and inserts sample data again.',
  args: [playbookArgument],
  options: waitOptions,
  examples: [
    ['provision refresh', 'the default playbook'],
    ['provision refresh shop --env test', 'the playbook shop, in an environment of its own'],
  ],
  run: (context, { args, options }) => carryOut(context, args[0], ifLocked(options), (run) => run.refresh()),
})
