import { containerExec, type Terminal } from '../../transport/docker/exec.ts'
import type { Context } from '../call/context.ts'
import { defineCommand } from '../call/command.ts'
import { openHost } from '../run/open-host.ts'
import { containerCalled } from '../run/targets.ts'

export const command = defineCommand({
  summary: 'run a command in a container, wherever it is',
  args: [{ name: 'CONTAINER', count: 'one', summary: 'a container of the playbook: `user`, or `app/user`' }],
  rest: 'one',
  without: ['json'],
  options: {},
  examples: [
    ['provision exec user -- ls /var/app', 'its exit code is passed on'],
    ['provision exec rabbitmq -- sh', 'with a terminal when there is one here'],
  ],
  run: async (context, { args, rest = [] }) => {
    const [name = ''] = args
    const workspace = await context.workspace()
    return context.withRun(workspace, async (run) => {
      const container = containerCalled(name, run.containers)
      const { docker, endProcess: end } = await openHost(run, container.host)
      return execIn(context, (options) => containerExec(docker, container.name, rest, { ...options, end }))
    })
  },
})

type Exec = (options: Parameters<typeof containerExec>[3]) => Promise<number>

/** With a terminal on both sides where there is one here, else with plain streams. */
async function execIn({ stdin, stdout, stderr, signal, terminal }: Context, exec: Exec): Promise<number> {
  const isTerminal = stdin.isTTY && stdout.isTTY
  const ended = AbortSignal.any([signal, stdout.gone])
  if (isTerminal) stdin.setRawMode(true)
  try {
    return await exec({
      stdin,
      ...(isTerminal ? { terminal: terminalOf(terminal) } : {}),
      signal: ended,
      onData: ({ stream, data }) => {
        const output = stream === 'stdout' ? stdout : stderr
        output.write(data)
        return output.room()
      },
    })
  } finally {
    if (isTerminal) stdin.setRawMode(false)
    stdin.pause()
  }
}

const terminalOf = (stream: NodeJS.WriteStream): Terminal => ({
  size: () => ({ columns: stream.columns, rows: stream.rows }),
  onResize: (listener) => {
    stream.on('resize', listener)
    return () => void stream.off('resize', listener)
  },
})
