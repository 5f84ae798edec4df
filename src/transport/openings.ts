import type { Client, ClientChannel } from 'ssh2'
import { createAhead, type Ahead } from './ahead.ts'
import { sessionsAhead } from './sessions-ahead.ts'
import { protocolOf } from './ssh2-protocol.ts'

/** Told what came of opening a channel. */
export type Opened = (error: Error | undefined, channel?: ClientChannel) => void

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
   * Opens ahead what will surely be wanted soon and is not open yet. Only OpenSSH's server is asked to: others may end a connection for a second
   * session, or for one that is opened together with the login.
   */
  readonly openAhead: (early: Early) => void
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

/** Who listens there may have ended what lay idle for longer. Milliseconds. */
const longestIdle = 30_000

interface Idle {
  readonly stream: ClientChannel
  readonly since: number
  readonly hasEnded: () => boolean
  readonly letGo: () => void
}

function idle(stream: ClientChannel): Idle {
  let ended = false
  // Who is asked nothing says nothing: what there is to read is the end.
  const end = (): void => void (ended = true)
  stream.once('readable', end)
  // Nobody listens to it yet, and an error would end the process.
  stream.on('error', end)
  return {
    stream,
    since: performance.now(),
    hasEnded: () => ended || stream.destroyed,
    letGo: () => void stream.off('readable', end),
  }
}

const socketsAhead = (openFor: (done: Opened) => void): Ahead<Opened> =>
  createAhead<Idle, Opened>({
    open: (done) => openFor((error, stream) => done(error, stream && idle(stream))),
    isUsable: ({ hasEnded, since }) => !hasEnded() && performance.now() - since < longestIdle,
    use({ stream, letGo }, done) {
      letGo()
      done(undefined, stream)
    },
    drop: ({ stream }) => void stream.destroy(),
    openFor,
  })

function onRefusedLogin(client: Client, act: () => void): void {
  const handlers = protocolOf(client)?._handlers
  if (!handlers) return
  const handle = handlers.USERAUTH_FAILURE
  handlers.USERAUTH_FAILURE = (...said) => {
    act()
    handle(...said)
  }
}
