import { carryOut, playbookArgument } from '../carry.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  summary: 'plan, and carry it out on the hosts that run',
  about: 'Makes no host, and builds only what the plan needs.',
  args: [playbookArgument],
  options: {},
  examples: [
    ['provision apply', 'the default playbook'],
    ['provision apply shop --env test', 'the playbook shop, in an environment of its own'],
  ],
  run: (context, { args }) => carryOut(context, args[0], (run) => run.apply()),
})
