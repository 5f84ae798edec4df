import { historyText, rowJson } from '../../report/history.ts'
import { playbookArgument } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'
import { allJournals, atWorkOn } from '../journals.ts'

export const command = defineCommand({
  summary: 'the runs of an environment: when, by whom, and how they ended',
  about: 'Every run that may change something writes a journal; the last 50 are kept.',
  args: [playbookArgument],
  options: {},
  examples: [
    ['provision history', 'the newest first'],
    ['provision history show 12', 'one of them in full'],
  ],
  run: async (context, { args }) => {
    const { stateDir, environment, trouble } = await context.place(args[0])
    if (trouble !== undefined) {
      const text = `the playbook cannot be loaded (${trouble}): this is what was recorded of ${environment}`
      context.emit({ event: 'note', level: 'warning', text })
    }
    const [runs, atWork] = await Promise.all([allJournals(stateDir), atWorkOn(stateDir)])
    const data = { environment, runs: runs.map((run) => rowJson(run, atWork)) }
    context.answer('history', data, (look) => historyText(runs, atWork, look))
    return 0
  },
})
