import { isProvisionError, ProvisionError, type ErrorDetails } from '../core/error.ts'
import type { HostPort } from '../core/host.ts'
import type { ProvidedHost } from '../core/provider.ts'
import type { ConnectedHost } from '../transport/host.ts'
import type { Session } from './session.ts'

/** A host that gives no connection or no answer, and why. */
export interface Unreached {
  readonly host: string
  readonly error: ProvisionError
}

type Some = readonly [Unreached, ...Unreached[]]

/** Whether there is any, which is an error to tell. */
export const isSome = (unreached: readonly Unreached[]): unreached is Some => unreached.length > 0

/** What came of connecting to hosts. */
export interface Reached {
  readonly hosts: ReadonlyMap<string, ConnectedHost>
  readonly unreached: readonly Unreached[]
}

type Connecting = Pick<Session, 'connect' | 'signal'>

/** Connects to hosts all at once. What only a host is to blame for concerns no other; after anything else none stays connected. */
export async function connectEach(
  { connect, signal }: Connecting,
  provided: readonly ProvidedHost[],
): Promise<Reached> {
  const ended = await Promise.allSettled(provided.map(async ({ ssh }) => connect(ssh, signal)))
  const connected = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const unreached: Unreached[] = []
  for (const [i, one] of ended.entries()) {
    if (one.status === 'fulfilled') continue
    const error: unknown = one.reason
    if (!isProvisionError(error) || error.code !== 'host') {
      await closeAll(connected)
      throw error
    }
    unreached.push({ host: provided[i]?.name ?? '', error })
  }
  return { hosts: new Map(connected.map((host) => [host.name, host])), unreached }
}

export async function closeAll(hosts: Iterable<HostPort>): Promise<void> {
  await Promise.allSettled([...hosts].map((host) => host.close()))
}

/** The error of a run that changed nothing, because hosts cannot be reached. */
export function noneReached(unreached: Some): ProvisionError {
  const reasons = reasonsOf(unreached)
  return reasons.length === 1
    ? reasons[0].error
    : severalUnreached(reasons, `${reasons.length} hosts cannot be reached; nothing was changed`, {
        help: reasons[0].error.help,
      })
}

/** The error of a run that did what it could without some hosts. */
export function someUnreached(unreached: Some): ProvisionError {
  const reasons = reasonsOf(unreached)
  const [{ host, error }] = reasons
  const retryAfter = error.retryAfter ?? error.help ?? `look at ${host}`
  return reasons.length === 1
    ? new ProvisionError('host', error.message, { output: error.output, retryAfter, cause: error })
    : severalUnreached(reasons, `${reasons.length} hosts were not reached`, { retryAfter })
}

/** One for each reason: a host that is lost holds up those that cannot be changed without it, for the same one. */
function reasonsOf([first, ...others]: Some): Some {
  const known = new Set([first.error])
  return [first, ...others.filter(({ error }) => !known.has(error) && known.add(error))]
}

/** Of many hosts, the first ones tell enough. */
const mostShown = 20
/** Lines of what each of them says besides: the help of a host key that is not known is about them. */
const mostDetails = 5

const detailsOf = ({ output }: ProvisionError): readonly string[] =>
  output === undefined
    ? []
    : output
        .split('\n')
        .slice(0, mostDetails)
        .map((line) => `  ${line}`)

function severalUnreached(
  unreached: Some,
  message: string,
  next: Pick<ErrorDetails, 'help' | 'retryAfter'>,
): ProvisionError {
  const shown = unreached.slice(0, mostShown).flatMap(({ error }) => [error.message, ...detailsOf(error)])
  const more = unreached.slice(mostShown).map(({ host }) => host)
  return new ProvisionError('host', message, {
    output: [...shown, ...(more.length > 0 ? [`and ${more.join(', ')}`] : [])].join('\n'),
    ...next,
    cause: unreached[0].error,
  })
}
