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
async function execIn(context: Context, exec: Exec): Promise<number> {
  const { stdin, stdout, stderr, signal } = context
  try {
    return await exec({
      stdin,
      ...(stdin.isTTY && stdout.isTTY ? { terminal: terminalOf(context) } : {}),
      signal: AbortSignal.any([signal, stdout.gone]),
      onData: ({ stream, data }) => {
        const output = stream === 'stdout' ? stdout : stderr
        output.write(data)
        return output.room()
      },
    })
  } catch (error) {
    // Whoever has read enough, such as `head`, has ended it.
    if (stdout.gone.aborted && !signal.aborted) return 0
    throw error
  } finally {
    stdin.pause()
  }
}

const terminalOf = ({ stdin, stderr, terminal }: Context): Terminal => ({
  size: () => ({ columns: terminal.columns, rows: terminal.rows }),
  onResize: (listener) => {
    terminal.on('resize', listener)
    return () => void terminal.off('resize', listener)
  },
  takeKeys: () => {
    stdin.setRawMode(true)
    return () => void stdin.setRawMode(false)
  },
  // Keys go where nothing answers, Ctrl-C among them.
  onHang: ({ message }) =>
    stderr.write(`\r\n! ${message}; still waiting. To leave: kill ${process.pid}, from another terminal\r\n`),
})
