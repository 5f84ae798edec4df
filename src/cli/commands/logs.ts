import { ProvisionError } from '../../core/error.ts'
import { onceEach } from '../../core/async/once.ts'
import { defineCommand } from '../call/command.ts'
import { printerFor } from '../logs/container-logs.ts'
import { followLogs } from '../logs/follow-logs.ts'
import { sinceOf } from '../logs/since.ts'
import { openHost } from '../run/open-host.ts'
import { containersCalled } from '../run/targets.ts'
import { containerLabel } from '../../core/text/container-label.ts'

export const command = defineCommand({
  summary: 'what containers say, those of all hosts merged',
  args: [{ name: 'CONTAINER', count: 'many', summary: 'containers of the playbook; without them all' }],
  options: {
    follow: { type: 'flag', short: 'f', summary: 'stay for what comes, also over restarts' },
    tail: {
      type: 'text',
      short: 'n',
      value: 'LINES',
      summary: 'only the last lines of each: a number, or all (default 100)',
    },
    since: { type: 'text', value: 'TIME', summary: 'only what is newer: 5m, 1h, or 2026-01-31T12:00:00Z' },
    timestamps: { type: 'flag', short: 't', summary: 'show when each line was written' },
  },
  examples: [
    ['provision logs -f user', 'what one container says, as it comes'],
    ['provision logs --since 5m', 'the last five minutes of all'],
  ],
  run: async (context, { args, options }) => {
    const tail = tailOf(options.tail)
    const since = options.since === undefined ? undefined : sinceOf(options.since, Date.now())
    const workspace = await context.workspace()
    return context.withRun(workspace, async (run) => {
      const wanted = containersCalled(args, run.containers)
      const labels = new Map(wanted.map((one) => [one, containerLabel(one, run.containers)]))
      const signal = AbortSignal.any([context.signal, context.stdout.gone])
      const form = options.timestamps ? 'timed' : 'plain'
      const printer = printerFor(context, run, [...labels.values()], form)
      const troubles = await followLogs(wanted, {
        dockerOf: onceEach(async (host) => (await openHost(run, host)).docker),
        options: (one) => ({
          ...{ follow: options.follow, tail, since, signal },
          onLine: (line) => printer.add(labels.get(one) ?? one.name, line),
        }),
        onTrouble: ({ message }) => context.emit({ event: 'note', level: 'warning', text: message }),
      })
      await printer.end()
      return troubles === 0 ? 0 : 1
    })
  },
})

function tailOf(text: string | undefined): number | undefined {
  if (text === 'all') return undefined
  const lines = Number(text ?? 100)
  if (Number.isSafeInteger(lines) && lines >= 0) return lines
  throw new ProvisionError('usage', `--tail: ${JSON.stringify(text)} is not a number of lines`, {
    help: 'write a number, or all',
  })
}
