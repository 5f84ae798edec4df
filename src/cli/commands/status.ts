import { showDuration } from '../../core/text/duration.ts'
import type { ContainerStatus, Status } from '../../core/status.ts'
import { table } from '../../report/table.ts'
import { cleanLine } from '../../report/width.ts'
import { playbookArgument } from '../run/carry.ts'
import { defineCommand } from '../call/command.ts'
import type { Look } from '../../report/look.ts'

export const command = defineCommand({
  summary: 'what runs where, asked of the hosts now',
  args: [playbookArgument],
  options: {},
  examples: [
    ['provision status', 'hosts, containers and endpoints'],
    ['provision status --json', 'the same as data, with how to log in'],
  ],
  run: async (context, { args }) => {
    const workspace = await context.workspace(args[0])
    const status = await context.withRun(workspace, (run) => run.status())
    context.answer('status', status, (look) => statusText(status, look, Date.now()))
    return 0
  },
})

/** Three tables: hosts, containers, endpoints. */
function statusText(status: Status, look: Look, now: number): string {
  const { style, columns } = look
  const heading = (...names: readonly string[]) => names.map(style.dim)
  const hosts = status.hosts.map(({ name, state, address, ssh, reason }) => [
    name,
    stateText(state, look),
    address,
    cleanLine(reason ?? `${ssh.user}@${ssh.host}${ssh.port === 22 ? '' : ` -p ${ssh.port}`}`),
  ])
  const containers = status.containers.map((container) => [
    container.name,
    container.host,
    stateText(container.health ?? container.state, look),
    container.image,
    container.ports.join(', '),
    upFor(container, now),
  ])
  const endpoints = status.endpoints.map(({ called, name, url }) => [called, name, style.cyan(url)])
  return [
    table(heading('host', 'state', 'address', 'ssh'), hosts, columns),
    ...(containers.length > 0
      ? [table(heading('container', 'host', 'state', 'image', 'ports', 'up'), containers, columns)]
      : []),
    ...(endpoints.length > 0 ? [table(heading('container', 'port', 'url'), endpoints, Infinity)] : []),
  ].join('\n\n')
}

const good = new Set(['running', 'healthy'])
const underWay = new Set(['starting', 'restarting', 'created', 'paused'])

const stateText = (state: string, { style }: Look): string =>
  good.has(state) ? style.green(state) : underWay.has(state) ? style.yellow(state) : style.red(state)

function upFor({ state, startedAt }: ContainerStatus, now: number): string {
  const since = startedAt === undefined ? NaN : now - Date.parse(startedAt)
  if (state !== 'running' || Number.isNaN(since)) return ''
  const hours = Math.floor(Math.max(0, since) / 3_600_000)
  if (hours >= 48) return `${Math.floor(hours / 24)} days`
  return hours > 0 ? `${hours} h` : showDuration(Math.max(0, since))
}
