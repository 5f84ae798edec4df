import { carryOut, ifLocked, playbookArgument, waitOptions } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'

export const command = defineCommand({
  summary: 'from nothing to a running system: box, nodes, builds, resources, sample data',
  about: 'Can be run again at any time, and then does only what is left to do.',
  args: [playbookArgument],
  options: waitOptions,
  examples: [
    ['provision quickstart', 'the default playbook'],
    ['provision quickstart shop --env test', 'the playbook shop, in an environment of its own'],
  ],
  run: (context, { args, options }) =>
    carryOut(context, args[0], ifLocked(options), (run) => run.quickstart()),
})
