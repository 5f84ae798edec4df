import { ifLocked, playbookArgument, waitOptions } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'

export const command = defineCommand({
  summary: 'bring the system back to the artifacts, images and params of an earlier run',
  about:
    'Without a number: to the last run that went well before the latest one that changed something; so a second rollback ' +
    'takes the first one back. The playbook is taken as it was then, what was built then is used and not built again; secrets ' +
    'and what the playbook reads by itself are those of now. Kept for it are the last 10 different states that runs have made, ' +
    'until `destroy`. The data in volumes and what `command` did stay as they are. The next refresh carries out the files ' +
    'and the playbook as they are now.',
  args: [{ name: 'RUN', count: 'optional', summary: 'the number that `history` shows' }, playbookArgument],
  options: {
    ...waitOptions,
    plan: { type: 'flag', summary: 'show what it would change, and change nothing' },
  },
  examples: [
    ['provision rollback --plan', 'what going back to before the latest change would change'],
    ['provision rollback', 'to before the latest change'],
    ['provision rollback 12', 'to what run 12 had made'],
  ],
  run: async (context, { args, options }) => {
    // Loaded here: the list of all commands asks each for its summary.
    const { chooseRun, openKept } = await import('../run/kept.ts')
    const place = await context.place(args[1])
    const run = await chooseRun(place, args[0])
    const kept = await openKept(place, run)
    try {
      const work = { ifLocked: ifLocked(options), kept }
      return await context.withRun(
        kept.workspace,
        async (opened) => {
          for (const text of kept.notes) context.emit({ event: 'note', level: 'info', text })
          if (options.plan) {
            const { playbook, environment } = kept.workspace
            context.emit({
              event: 'started',
              command: 'rollback --plan',
              playbook: playbook.name,
              environment,
            })
            await opened.plan()
            return 0
          }
          return (await opened.rollback(run.number)).ok ? 0 : 1
        },
        work,
      )
    } finally {
      await kept.close()
    }
  },
})
