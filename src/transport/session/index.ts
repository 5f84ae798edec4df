import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2'
import { isProvisionError, ProvisionError, reasonOf } from '../../core/error.ts'
import type { Login, Rights } from '../ssh/connection.ts'
import type { Limit } from '../../core/async/limit.ts'
import type { Openings } from './openings.ts'
import type { SessionCount } from './count.ts'
import type { TrafficCounter } from '../traffic.ts'

/** What running something on an open connection needs. */
export interface Session extends Login {
  /** The host's name in the topology. */
  readonly name: string
  readonly client: Client
  readonly openings: Openings
  /** Aborted with the reason when the connection is lost or closed. */
  readonly lost: AbortSignal
  readonly limit: Limit
  readonly traffic: TrafficCounter
  /** What answers there: OpenSSH takes long command lines, others may not. */
  readonly server: () => 'openssh' | 'any'
  readonly sessions: SessionCount
  /** Each gives back sessions that lie idle. */
  readonly idle: Set<() => void>
  /** Another connection to the host, for when sshd opens no further session on this one. */
  readonly spare: (() => Promise<Pick<Session, 'client' | 'openings' | 'lost' | 'traffic'>>) | undefined
  /** For what is worth knowing only to those who look closely. */
  readonly onDetail: (text: string) => void
}

/** Whether a login has rights of root, by itself or by asking for them. */
export const hasRoot = ({ user, become }: Login): boolean => become || user === 'root'

/** Whether rights of root have to be asked for. */
export const needsSudo = ({ user, become }: Login, as: Rights): boolean =>
  as === 'root' && become && user !== 'root'

/** What a command begins with that asks for them. */
export const sudoFor = (login: Login, as: Rights): readonly string[] =>
  needsSudo(login, as) ? ['sudo', '-n', '-H'] : []

/** sshd's answer when a connection has as many sessions as it allows, or had: it frees them late. */
const tooMany = 2
const firstPause = 10
const tries = { usual: 12, first: 5, beforeSpare: 4 }

/** Opens a session that executes a command line, and that may stay open for as long as the connection. */
export const openSession = async (session: Session, command: string): Promise<ClientChannel> =>
  (await beginSession(session, command, (channel) => ({ channel }))).channel

/**
 * Opens a session that executes a command line, and hands it on at once: what the command says, and its end, may have come
 * with the news that it was begun, and who listens only then hears nothing. Waits while sshd has none free; where those that
 * are open are to stay, a spare connection is taken.
 * @param begin gets the client of the connection that was taken, too
 */
export async function beginSession<T extends object>(
  session: Session,
  command: string,
  begin: (channel: ClientChannel, client: Client) => T,
): Promise<T> {
  session.traffic.command()
  return whenFree<T>(session, ({ openings, client }, done) =>
    openings.exec(command, (error, channel) => {
      if (error || !channel) done(error)
      else done(undefined, begin(channel, client))
    }),
  ).catch((error: unknown) => {
    throw isProvisionError(error) ? error : noSession(session, error)
  })
}

/** Opens a session for SFTP. It waits as others do, and others wait for its end. */
export const openSftp = (session: Session): Promise<SFTPWrapper> =>
  whenFree<SFTPWrapper>(session, ({ client, sessions }, done) =>
    client.sftp((error, sftp) => {
      if (!error) sessions.opened(sftp)
      done(error, sftp)
    }),
  ).catch((error: unknown) => {
    if (isProvisionError(error)) throw error
    throw isRefusal(error, tooMany) ? noSession(session, error) : noSftp(session, error)
  })

type Done<T> = (error: Error | undefined, opened?: T) => void

/** Opens a session as soon as sshd allows it. */
async function whenFree<T>(session: Session, open: (session: Session, done: Done<T>) => unknown): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await unlessLost<T>(session, (done) => open(session, done))
    } catch (error) {
      if (isProvisionError(error) || !isRefusal(error, tooMany)) throw error
      session.sessions.refused()
      for (const giveBack of session.idle) giveBack()
      const end = session.sessions.nextEnd()
      if (end) {
        attempt = 0
        // It ends with the connection, too.
        await end
      } else if (attempt >= tries.beforeSpare && session.spare) {
        return whenFree({ ...session, ...(await session.spare()), spare: undefined }, open)
      } else if (attempt >= (session.sessions.hasOpened() ? tries.usual : tries.first)) {
        throw error
      }
      await sleep(Math.min(1_000, firstPause * 2 ** attempt))
    }
  }
}

/** Opens something on the connection by a call of ssh2, which need not call back when the connection is lost. */
export function unlessLost<T>(
  session: Pick<Session, 'lost' | 'traffic'>,
  open: (done: Done<T>) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const lose = (): void => {
      reject(reasonFor(session.lost))
    }
    if (session.lost.aborted) {
      lose()
      return
    }
    session.lost.addEventListener('abort', lose, { once: true })
    session.traffic.channel()
    const fail = (error: unknown): void => {
      reject(session.lost.aborted || !(error instanceof Error) ? reasonFor(session.lost) : error)
    }
    try {
      open((error, opened) => {
        session.lost.removeEventListener('abort', lose)
        if (error || opened === undefined) fail(error)
        else resolve(opened)
      })
    } catch (error) {
      // ssh2 throws when the connection has just ended.
      fail(error)
    }
  })
}

const reasonFor = ({ reason }: AbortSignal): Error =>
  reason instanceof Error ? reason : new Error(String(reason))

const isRefusal = (error: unknown, reason: number): boolean =>
  error instanceof Error && 'reason' in error && error.reason === reason

const noSftp = ({ name }: Session, cause: unknown): ProvisionError =>
  new ProvisionError('host', `${name}: sshd offers no SFTP: ${reasonOf(cause)}`, {
    help: `on ${name}, put "Subsystem sftp internal-sftp" into /etc/ssh/sshd_config and restart sshd`,
    cause,
  })

const noSession = ({ name }: Session, error: unknown): ProvisionError =>
  new ProvisionError('host', `${name}: sshd opens no session: ${reasonOf(error)}`, {
    help: `look at the log of sshd on ${name}, and whether its settings MaxSessions (10 by default) and ForceCommand allow it`,
    cause: error,
  })
