import { endingOf } from '../../../core/history/journal.ts'
import { planJson } from '../../../core/plan.ts'
import { runText } from '../../../report/history.ts'
import { playbookArgument } from '../../run/carry.ts'
import { defineCommand } from '../../call/command.ts'
import { atWorkOn, runCalled } from '../../journals.ts'

export const command = defineCommand({
  summary: 'one run in full: its plan, its steps with their times, its failure',
  args: [
    { name: 'RUN', count: 'optional', summary: 'the number that `history` shows; without it the last run' },
    playbookArgument,
  ],
  options: {},
  examples: [
    ['provision history show 12', 'what run 12 planned and did'],
    ['provision history show', 'the same of the last run'],
    ['provision history show 12 --json', 'the same as data'],
  ],
  run: async (context, { args }) => {
    const { stateDir } = await context.place(args[1])
    const [run, atWork] = await Promise.all([runCalled(stateDir, args[0]), atWorkOn(stateDir)])
    const data = { ...run, plan: run.plan && planJson(run.plan), ended: endingOf(run, atWork) }
    context.answer('history show', data, (look) => runText(run, atWork, look))
    return 0
  },
})
