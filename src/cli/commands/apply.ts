import { carryOut, ifLocked, playbookArgument, waitOptions } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'

export const command = defineCommand({
  summary: 'plan, and carry it out: the same as refresh',
  about:
    'Rebuilds, pushes and restarts what changed, starts hosts that are stopped but makes none, and inserts sample data again.',
  args: [playbookArgument],
  options: waitOptions,
  examples: [
    ['provision apply', 'the default playbook'],
    ['provision apply shop --env test', 'the playbook shop, in an environment of its own'],
  ],
  run: (context, { args, options }) => carryOut(context, args[0], ifLocked(options), (run) => run.apply()),
})
