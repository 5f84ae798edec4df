import { isProvisionError, ProvisionError } from '../core/error.ts'
import type { HostPort } from '../core/host.ts'
import type { ProvidedHost } from '../core/provider.ts'
import type { ConnectedHost } from '../transport/host.ts'
import type { Session } from './session.ts'
import { allOf } from '../core/track.ts'

/** Connects to all hosts at once. Either all are connected or none stays so. */
export async function connectAll(
  session: Pick<Session, 'connect' | 'signal'>,
  provided: readonly ProvidedHost[],
): Promise<ReadonlyMap<string, ConnectedHost>> {
  const connecting = provided.map(async ({ ssh }) => session.connect(ssh, session.signal))
  try {
    const hosts = await allOf(connecting, unreachable)
    return new Map(hosts.map((host) => [host.name, host]))
  } catch (error) {
    const ended = await Promise.allSettled(connecting)
    await closeAll(ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])))
    throw error
  }
}

export async function closeAll(hosts: Iterable<HostPort>): Promise<void> {
  await Promise.allSettled([...hosts].map((host) => host.close()))
}

function unreachable(errors: readonly unknown[]): Error {
  const known = errors.filter(isProvisionError)
  return new ProvisionError('host', `${errors.length} hosts cannot be reached; nothing was changed`, {
    output: known.map(({ message }) => message).join('\n'),
    help: known[0]?.help,
    cause: errors[0],
  })
}
