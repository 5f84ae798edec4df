import type { Duplex } from 'node:stream'
import { isProvisionError, ProvisionError, reasonOf } from '../../core/error.ts'
import type { Connection, ExecResult, Rights } from '../ssh/connection.ts'
import type { Dial } from './agent.ts'
import { timeLimit } from '../time-limit.ts'

/** Where the engine of a host listens. */
export const dockerSocket = '/var/run/docker.sock'
const patience = 20_000

/** The way to the Docker engine of a host. */
export interface DockerWay {
  readonly dial: Dial
  /**
   * Opens so many streams ahead, for who dials next, where its socket is forwarded, and tells whether it is: there may be
   * many of those, while sshd counts commands and allows few.
   */
  readonly openAhead: (count: number) => Promise<boolean>
}

/**
 * Opens streams to the Docker engine of a host: its socket, forwarded; or, where sshd forbids that or the socket is not
 * the user's to open, `docker system dial-stdio`, with root's rights if need be.
 */
export function wayToDocker(connection: Connection): DockerWay {
  let stdio: Promise<Rights> | undefined
  let quick: Promise<unknown> | undefined
  let ahead: Promise<Duplex>[] = []

  const overStdio = async (rights: Promise<Rights>): Promise<Duplex> =>
    connection.channel('exec docker system dial-stdio', await rights)

  return {
    async dial() {
      if (!connection.traffic.hasRun()) quick ??= quicken(connection)
      if (stdio) return overStdio(stdio)
      try {
        const opened = await ahead.shift()
        return opened?.destroyed === false ? opened : await connection.forwardSocket(dockerSocket)
      } catch (refused) {
        stdio ??= rightsForDocker(connection, refused)
        stdio.catch(() => (stdio = undefined))
        return overStdio(stdio)
      }
    },
    async openAhead(count) {
      if (stdio) return false
      while (ahead.length < count) ahead.push(connection.forwardSocket(dockerSocket))
      const opening = [...ahead]
      const opened = await Promise.allSettled(opening)
      const refused = opening.filter((_, i) => opened[i]?.status === 'rejected')
      // Where all are, one is kept: it tells why to who dials.
      const useless = refused.length < opening.length ? refused : refused.slice(1)
      ahead = ahead.filter((one) => !useless.includes(one))
      return refused.length === 0
    },
  }
}

/**
 * sshd sends small answers at once only after a connection has run a command; until then each may wait 40 ms for an
 * acknowledgement (Nagle's algorithm).
 */
const quicken = (connection: Connection): Promise<unknown> =>
  connection.exec(['true'], { as: 'user', signal: timeLimit(patience) }).catch(() => undefined)

/** With whose rights the host's own `docker` command reaches its engine. */
async function rightsForDocker(connection: Connection, refused: unknown): Promise<Rights> {
  const asUser = await dockerVersion(connection, 'user')
  if (asUser.code === 0) return 'user'
  if (asUser.code === 127) {
    throw new ProvisionError('host', `${connection.name}: there is no Docker on this host`, {
      output: `${dockerSocket}: ${reasonOf(refused)}`,
      help: `install Docker on ${connection.name}`,
      cause: refused,
    })
  }
  const asRoot = await dockerVersion(connection, 'root').catch((error: unknown) => {
    if (isProvisionError(error)) return undefined
    throw error
  })
  if (asRoot?.code === 0) return 'root'
  const output = (asRoot ?? asUser).stderr.trim() || asUser.stderr.trim()
  throw new ProvisionError('host', `${connection.name}: Docker does not answer to this user`, {
    output,
    help: `start Docker on ${connection.name}, or put the user into its group docker, or say become: true`,
    cause: refused,
  })
}

const dockerVersion = (connection: Connection, as: Rights): Promise<ExecResult> =>
  connection.exec(['docker', 'version', '--format', '{{.Server.Version}}'], {
    as,
    signal: timeLimit(patience),
  })
