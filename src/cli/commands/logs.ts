import { ProvisionError } from '../../core/error.ts'
import { defineCommand } from '../call/command.ts'
import { printerFor } from '../logs/container-logs.ts'
import { followLog } from '../logs/follow-log.ts'
import type { Run } from '../run/index.ts'
import { sinceOf } from '../logs/since.ts'
import { containerLabel, containersCalled, hostCalled } from '../run/targets.ts'

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
    await context.withRun(workspace, async (run) => {
      const wanted = containersCalled(args, run.containers)
      const hosts = await hostsOf(
        run,
        wanted.map(({ host }) => host),
      )
      const labels = wanted.map((one) => containerLabel(one, run.containers))
      const signal = AbortSignal.any([context.signal, context.stdout.gone])
      const printer = printerFor(context, run, labels, options.timestamps)
      const reading = wanted.map(async ({ host, name }, i) => {
        const docker = hosts.get(host)
        const label = labels[i]
        if (!docker || label === undefined) return
        await followLog(docker, name, {
          ...{ follow: options.follow, tail, since, signal },
          onLine: (line) => printer.add(label, line),
        })
      })
      await Promise.all(reading)
      await printer.end()
    })
    return 0
  },
})

async function hostsOf(run: Run, names: readonly string[]) {
  const provided = await run.survey()
  const wanted = [...new Set(names)].map((name) => hostCalled(name, provided).name)
  const open = await run.hosts(wanted)
  return new Map(open.map((host) => [host.provided.name, host.docker]))
}

function tailOf(text: string | undefined): number | undefined {
  if (text === 'all') return undefined
  const lines = Number(text ?? 100)
  if (Number.isSafeInteger(lines) && lines >= 0) return lines
  throw new ProvisionError('usage', `--tail: ${JSON.stringify(text)} is not a number of lines`, {
    help: 'write a number, or all',
  })
}
