import { carryOut, playbookArgument } from '../carry.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  summary: 'bring what was edited into the running system',
  about:
    'Rebuilds, pushes and restarts what changed, starts hosts that are stopped, and inserts sample data again.',
  args: [playbookArgument],
  options: {},
  examples: [
    ['provision refresh', 'the default playbook'],
    ['provision refresh shop --env test', 'the playbook shop, in an environment of its own'],
  ],
  run: (context, { args }) => carryOut(context, args[0], (run) => run.refresh()),
})
