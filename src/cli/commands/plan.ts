import { changesIn } from '../../core/plan.ts'
import { playbookArgument } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'

export const command = defineCommand({
  summary: 'show what refresh would change, and change nothing',
  args: [playbookArgument],
  options: {
    'exit-code': { type: 'flag', summary: 'exit with 2 when there are changes, or hosts that do not run' },
  },
  examples: [
    ['provision plan', 'what would change, field by field'],
    ['provision plan --exit-code', 'for scripts: 0 no changes, 2 changes'],
  ],
  run: async (context, { args, options }) => {
    const workspace = await context.workspace(args[0])
    const { playbook, environment } = workspace
    context.emit({ event: 'started', command: 'plan', playbook: playbook.name, environment })
    const plan = await context.withRun(workspace, (run) => run.plan())
    const isSettled = changesIn(plan).length === 0 && plan.absent === undefined
    return options['exit-code'] && !isSettled ? 2 : 0
  },
})
