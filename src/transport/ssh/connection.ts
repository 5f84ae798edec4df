import type { Duplex, Readable } from 'node:stream'
import type { Client, SFTPWrapper } from 'ssh2'
import type { Openings } from '../session/openings.ts'
import type { TrafficCounter } from '../traffic.ts'

/** Whose rights a command gets: those of the login user, or root's through `sudo -n` where the target says `become`. */
export type Rights = 'user' | 'root'

export interface ExecOptions {
  readonly as: Rights
  /** What the command reads; nothing by default. */
  readonly stdin?: Readable | Uint8Array | string | undefined
  /** Ends the command on the host as well, not only here. */
  readonly signal: AbortSignal
  /** Called for each line of output as it comes, without its end. */
  readonly onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined
}

/** What a script gets that travels openly: a stream, or all that it reads. */
export type OpenOptions = Omit<ExecOptions, 'stdin' | 'onLine'> &
  ({ readonly stdin: Buffer } | (Pick<ExecOptions, 'onLine'> & { readonly stdin: Readable }))

export interface ExecResult {
  readonly code: number
  /** The end of it, where it is very long and `onLine` has been told it all. */
  readonly stdout: Buffer
  /** The end of it, where it is very long. */
  readonly stderr: string
}

/** Who is logged in, and whether what needs rights of root gets them by `sudo`. */
export interface Login {
  readonly user: string
  readonly become: boolean
}

/** An open connection to a host. */
export interface Connection {
  /** The host's name in the topology. */
  readonly name: string
  readonly login: Login
  /** ssh2's own client. */
  readonly client: Client
  /** What opens its channels, also ahead. */
  readonly openings: Openings
  /** Aborted, with an error for people as its reason, when the connection is lost or closed. */
  readonly lost: AbortSignal
  readonly traffic: TrafficCounter
  /**
   * Runs a command. Resolves whatever its exit code is.
   * @throws ProvisionError `host` when the connection is lost, the command is ended by a signal or `sudo` is refused;
   * `interrupted` when the signal is aborted
   */
  exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult>
  /** Runs a POSIX shell script, which is in no list of processes and leaves all of `stdin` to its commands. Else as `exec`. */
  script(text: string, options: ExecOptions): Promise<ExecResult>
  /**
   * Runs a script that holds no secret: it travels within the command line where that is possible, which saves a round trip,
   * and there other users of the host may see it. One that reads no stream only asks: it may be run twice. Else as `script`.
   */
  openly(text: string, options: OpenOptions): Promise<ExecResult>
  /**
   * The standard input and output of a script as one raw stream, e.g. of `exec docker system dial-stdio`. It holds no secret,
   * as with `openly`.
   */
  channel(text: string, as: Rights): Promise<Duplex>
  /** An SFTP session. @throws ProvisionError `host` where sshd offers none */
  sftp(): Promise<SFTPWrapper>
  /** A stream to a Unix socket of the host. */
  forwardSocket(path: string): Promise<Duplex>
  /** A stream to a TCP port as the host reaches it. */
  forwardPort(host: string, port: number): Promise<Duplex>
  /** Has something done whenever sshd opens no further session: giving back those that lie idle. */
  readonly onFull: (giveBack: () => void) => void
  /** Whether sshd has refused it a session because there were too many: one that lies idle may be in the way of others. */
  readonly isTight: () => boolean
  close(): Promise<void>
}
