import { setMaxListeners } from 'node:events'
import type { Duplex } from 'node:stream'
import { NodeSSH } from 'node-ssh'
import type { AlgorithmList, Client, KexAlgorithm } from 'ssh2'
import { onAbort } from '../../core/async/abort.ts'
import { isProvisionError } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import { execScript } from '../session/bootstrap.ts'
import { closeConnection } from './close-connection.ts'
import type { Connection } from './connection.ts'
import { shareCredentials, type Credentials } from './credentials.ts'
import { dial } from './dial.ts'
import { beforeSsh, nothingSeen, openingError, type SeenOpening } from './failed-opening.ts'
import { createLimit } from '../../core/async/limit.ts'
import { runScript } from '../session/exec.ts'
import { interruption } from '../session/exec-error.ts'
import { gatherWrites } from './gather-writes.ts'
import { identityFor, type Identity } from './identity.ts'
import { algorithmsFor, judge, type HostName, type KnownHost } from './known-hosts.ts'
import { openScripts } from '../session/open-script.ts'
import { openingsOf, type Early } from '../session/openings.ts'
import { persist } from './persist.ts'
import { logInAtOnce, signAtOnce } from './sign-at-once.ts'
import { rawChannel } from '../session/raw-channel.ts'
import { serverAt } from './server-name.ts'
import { countSessions } from '../session/count.ts'
import { beginSession, openSftp, unlessLost, type Session } from '../session/index.ts'
import { keyError, lostError } from './error.ts'
import { watchingSilence, type WatchSilence } from './silence.ts'
import { countTraffic } from '../traffic.ts'
import { timeLimit } from '../time-limit.ts'
import { leaveKeysUnproved } from './unproved-keys.ts'

/** How a connection behaves; the defaults are meant to fit. */
export interface ConnectOptions {
  /** Until it is ready. Milliseconds, default that of the target, else 10,000. */
  readonly timeout?: number
  /** A host counts as lost after `count` unanswered questions, `interval` milliseconds apart. Default 3 at 1,000. */
  readonly keepalive?: { readonly interval: number; readonly count: number }
  /** Another connection to the same host, for when sshd opens no further session on this one. */
  readonly spare?: (() => Promise<Connection>) | undefined
  /** What is opened together with the login, or right after it: it will surely be wanted. */
  readonly early?: Early | undefined
  /** Shared by the hosts of a run: keys and known hosts that were read. */
  readonly credentials?: Credentials
  /** Shared by the connections to one host: ends those whose host has fallen silent. */
  readonly watchSilence?: WatchSilence
  /** Told what is worth knowing only to those who look closely. */
  readonly onDetail?: (text: string) => void
}

/** sshd allows 10 sessions and frees them late: 5 at once never failed in 1,000, 8 did 209 times. */
const sessionsAtOnce = 4

/**
 * The exchange that costs a host least comes first, then all others that ssh2 has: OpenSSL computes this curve's in assembly,
 * while OpenSSH’s own curve25519 is portable C, which was a fifth of what a login costs sshd (19 ms, now 15).
 */
const keyExchange: AlgorithmList<KexAlgorithm> = {
  remove: 'ecdh-sha2-nistp256',
  prepend: 'ecdh-sha2-nistp256',
  append: [],
}

/**
 * Opens a connection to a host.
 * @throws ProvisionError `host` with the cause: nobody listens, no answer, a host key that is not known or has changed,
 * a login that is refused, a key that cannot be used
 */
export async function connect(
  target: SshTarget,
  signal: AbortSignal,
  {
    timeout = target.connectTimeout ?? 10_000,
    keepalive = { interval: 1_000, count: 3 },
    spare,
    early,
    credentials = shareCredentials(),
    watchSilence = watchingSilence(),
    onDetail = () => undefined,
  }: ConnectOptions = {},
): Promise<Connection> {
  const deadline = AbortSignal.any([signal, timeLimit(timeout)])
  const { readKey, readKnown } = credentials
  const [known, identity] = await Promise.all([readKnown(target), identityFor(target, process.env, readKey)])
  const opening = {
    target,
    signal,
    deadline,
    known,
    identity,
    options: { timeout, keepalive, spare, early, watchSilence, onDetail },
  }
  return persist(() => open(opening), isCutAtOnce, deadline)
}

interface Opening {
  readonly target: SshTarget
  readonly signal: AbortSignal
  readonly deadline: AbortSignal
  readonly known: readonly KnownHost[]
  readonly identity: Identity
  readonly options: Required<Omit<ConnectOptions, 'credentials'>>
}

/** sshd drops connections without a word beyond the number of logins that it serves at a time (MaxStartups). */
const isCutAtOnce = (error: unknown): boolean =>
  isProvisionError(error) && error.cause instanceof Error && 'early' in error.cause

async function open(opening: Opening): Promise<Connection> {
  const { target, signal, deadline, identity, options } = opening
  const { name, user, become } = target
  const { timeout, keepalive, spare, early, watchSilence, onDetail } = options
  const way = await dial(target, signal, deadline, timeout)
  const { sock } = way
  gatherWrites(sock)
  const lost = new AbortController()
  // Every call that is under way listens to it; that is no leak.
  setMaxListeners(0, lost.signal)
  const seen = nothingSeen()
  const { client, ready } = logIn(opening, sock, seen)
  // Only now: whoever listens first makes the bytes flow.
  const traffic = countTraffic(sock)
  const server = serverAt(sock)
  const openings = openingsOf(client, server)
  const openEarly = (): void => early && openings.openAhead(early)
  signAtOnce(client, openEarly)
  let silence: number | undefined
  client.on('close', () => lost.abort(lostError(name, seen.lastError, silence)))
  sock.once('data', (chunk: Buffer) => (seen.greeting = beforeSsh(chunk)))
  const forget = onAbort(deadline, () => sock.destroy())
  try {
    await ready
    openEarly()
  } catch (error) {
    client.destroy()
    if (signal.aborted) throw interruption(name, signal)
    throw await openingError({ target, way, tried: identity.tried, deadline, timeout }, seen, error)
  } finally {
    forget()
  }
  const patience = { interval: keepalive.interval, silence: keepalive.interval * (keepalive.count + 1) }
  watchSilence(sock, patience, (milliseconds) => (silence = milliseconds))
  const session = {
    ...{ name, user, become, client, openings, lost: lost.signal, spare, traffic, server, onDetail },
    ...{ limit: createLimit(sessionsAtOnce), sessions: countSessions(), idle: new Set([openings.giveBack]) },
  }
  return over(session, () => closeConnection(session, target.jump === undefined ? sock : undefined))
}

/** Begins to log in on a connection that is dialled, and notes what is seen meanwhile. */
function logIn(
  { target, known, identity, options }: Opening,
  sock: Duplex,
  seen: SeenOpening,
): { readonly client: Client; readonly ready: Promise<unknown> } {
  const host: HostName = { address: target.address, port: target.port, alias: target.hostKeyAlias }
  const ssh = new NodeSSH()
  const ready = ssh.connect({
    sock,
    username: target.user,
    readyTimeout: options.timeout,
    keepaliveInterval: options.keepalive.interval,
    // Whether the host is still there is judged by all that it says, not only by these answers.
    keepaliveCountMax: Infinity,
    authHandler: identity.methods,
    algorithms: { serverHostKey: algorithmsFor(known, host), kex: keyExchange },
    hostVerifier: (key: Buffer) => {
      const verdict = judge(known, host, key)
      if (verdict !== 'trusted') seen.keyProblem = keyError(target, host, known, verdict, key)
      return verdict === 'trusted'
    },
  })
  const client = clientOf(ssh)
  logInAtOnce(client, identity.methods)
  leaveKeysUnproved(client)
  client.setMaxListeners(0)
  // For life: node-ssh takes its own listener away once the connection is ready, and an error then ends the process.
  client.on('error', (error) => (seen.lastError = error))
  client.once('handshake', () => (seen.hasAgreed = true))
  return { client, ready }
}

/** Everything else, on the client of an open connection. */
function over(session: Session, close: () => Promise<void>): Connection {
  const { name, user, become, client, openings, traffic } = session
  const { openly, startOf } = openScripts(session)
  return {
    name,
    login: { user, become },
    client,
    openings,
    lost: session.lost,
    traffic,
    exec: (argv, options) => runScript(session, execScript(argv), options),
    script: (text, options) => runScript(session, text, options),
    openly,
    async channel(text, as) {
      const { line, marker, rest } = startOf(text, as)
      const { opened } = await beginSession(session, line, (channel) => {
        if (rest !== '') channel.write(rest)
        return { opened: rawChannel(session, channel, marker, as) }
      })
      return opened
    },
    sftp: () => openSftp(session),
    onFull: (giveBack) => void session.idle.add(giveBack),
    isTight: session.sessions.wasRefused,
    forwardSocket: (path) => unlessLost<Duplex>(session, (done) => openings.forwardSocket(path, done)),
    forwardPort: (host, port) =>
      unlessLost<Duplex>(session, (done) => client.forwardOut('127.0.0.1', 0, host, port, done)),
    close,
  }
}

function clientOf(ssh: NodeSSH): Client {
  if (ssh.connection) return ssh.connection
  throw new Error('node-ssh makes its client when it begins to connect')
}
