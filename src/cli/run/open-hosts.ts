import { ProvisionError } from '../../core/error.ts'
import type { Session } from '../../engine/session.ts'
import { endOnHost } from '../../transport/docker/container-process.ts'
import type { ConnectedHost } from '../../transport/host.ts'
import type { OpenHost } from './index.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/**
 * Connects to hosts for commands for people.
 * @param opened gets each that is connected, to be closed with the run
 * @param names without them all that run
 */
export async function openHosts(
  { provider, connect, signal }: Session,
  opened: ConnectedHost[],
  names: readonly string[] | undefined,
): Promise<OpenHost[]> {
  const provided = await provider.survey(signal)
  const wanted = provided.filter(({ name, state }) => (names ? names.includes(name) : state === 'running'))
  const asleep = wanted.filter(({ state }) => state !== 'running')
  if (asleep.length > 0 || wanted.length === 0) {
    const what = asleep.map(({ name, state }) => `${name} is ${state}`).join(', ') || 'no host runs'
    throw new ProvisionError('provider', what, {
      help: `${ownCommand('quickstart')}, or ${ownCommand('start')}`,
    })
  }
  return Promise.all(
    wanted.map(async (host) => {
      const port = await connect(host.ssh, signal)
      opened.push(port)
      return { provided: host, docker: port.docker.docker, endProcess: endOnHost(port.connection) }
    }),
  )
}
