import type { Client } from 'ssh2'
import type { Ahead } from './ahead.ts'
import { sessionsAhead } from './sessions-ahead.ts'
import { socketsAhead } from './sockets-ahead.ts'
import { protocolOf, type Opened } from '../ssh/protocol.ts'

/** What is to be open ahead. */
export interface Early {
  readonly sessions: number
  /** Streams to a Unix socket of the host. */
  readonly sockets?: { readonly path: string; readonly count: number } | undefined
}

/** Opens the channels of a connection, and some ahead: who wants one of those waits a round trip less. */
export interface Openings {
  /** Executes a command in a session. */
  readonly exec: (command: string, done: Opened) => void
  /** Opens a stream to a Unix socket of the host. */
  readonly forwardSocket: (path: string, done: Opened) => void
  /**
   * Opens ahead what will surely be wanted soon and is not open yet. Only OpenSSH's server is asked to: others may end a
   * connection for a second session, or for one that is opened together with the login.
   */
  readonly openAhead: (early: Early) => void
  /** Ends the sessions that were opened ahead and that nobody has taken: others may be refused for them. */
  readonly giveBack: () => void
}

/**
 * Opens channels for a client that has begun to connect. Ahead they may be opened once the proof of a key was sent: "Any
 * non-authentication messages sent by the client after the request that resulted in SSH_MSG_USERAUTH_SUCCESS being sent MUST
 * be passed to the service" (RFC 4252, 5.1). Where the login is refused the host takes no notice of them.
 */
export function openingsOf(client: Client, server: () => 'openssh' | 'any'): Openings {
  const exec = (command: string, done: Opened): void => attempt(done, () => client.exec(command, done))
  const forward = (path: string, done: Opened): void =>
    attempt(done, () => client.openssh_forwardOutStreamLocal(path, done))
  const sessions = sessionsAhead(client, exec)
  const sockets = new Map<string, Ahead<Opened>>()
  const aheadAt = (path: string): Ahead<Opened> => {
    const ahead = sockets.get(path) ?? socketsAhead((done) => forward(path, done))
    sockets.set(path, ahead)
    return ahead
  }
  onRefusedLogin(client, () => {
    sessions?.forget()
    sockets.clear()
  })
  return {
    exec(command, done) {
      if (sessions) sessions.use({ command, done })
      else exec(command, done)
    },
    forwardSocket: (path, done) => aheadAt(path).use(done),
    giveBack: () => sessions?.giveBack(),
    openAhead(early) {
      if (server() !== 'openssh') return
      sessions?.open(early.sessions)
      if (early.sockets) aheadAt(early.sockets.path).open(early.sockets.count)
    },
  }
}

/** ssh2 throws when the connection has just ended. */
function attempt(done: Opened, open: () => unknown): void {
  try {
    open()
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
  }
}

function onRefusedLogin(client: Client, act: () => void): void {
  const handlers = protocolOf(client)?._handlers
  if (!handlers) return
  const handle = handlers.USERAUTH_FAILURE
  handlers.USERAUTH_FAILURE = (...said) => {
    act()
    handle(...said)
  }
}

/**
 * For a script that another one surely follows: the session of that is opened while the first is at work. Not where sshd gives
 * few: it would be in the way of others.
 */
export function openWithNext({ openings, isTight }: Followed): void {
  if (!isTight()) openings.openAhead({ sessions: 2 })
}

/** The part of a connection that this needs. */
interface Followed {
  readonly openings: Pick<Openings, 'openAhead'>
  readonly isTight: () => boolean
}
