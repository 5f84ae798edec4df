import type Dockerode from 'dockerode'
import { readFile } from 'node:fs/promises'
import { connect, isIP, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectSecurely } from 'node:tls'
import { showDuration } from '../../core/text/duration.ts'
import { ProvisionError, reasonOf, systemCode } from '../../core/error.ts'
import { watchedEngine } from './watched-engine.ts'
import { clientFolder, type Env } from './client-config.ts'
import { engineAddresses, type EngineAddress } from './engine-address.ts'

/** What to show to an engine that speaks TLS, and what to believe it by. */
interface Credentials {
  readonly ca?: Buffer | undefined
  readonly cert?: Buffer | undefined
  readonly key?: Buffer | undefined
}

/** How long one may take to answer. Milliseconds. */
const usualPatience = 20_000

/**
 * The Docker engine of this machine: that of DOCKER_HOST, else of Docker's chosen context, else the first default socket
 * that answers. Costs one short request.
 * @throws ProvisionError `engine` when none answers
 */
export async function localEngine(env: Env = process.env, patience = usualPatience): Promise<Dockerode> {
  const refusals: { address: EngineAddress; error: unknown }[] = []
  for (const address of await engineAddresses(env)) {
    const credentials = await credentialsOf(address, env)
    try {
      await answers(address, credentials, patience)
      return clientOf(address, credentials, patience)
    } catch (error) {
      refusals.push({ address, error })
    }
  }
  throw noEngine(refusals)
}

/**
 * Keys and certificates, where Docker's client looks for them: all of them in a folder that is named, else what is there.
 * @throws ProvisionError `engine` when one cannot be read
 */
async function credentialsOf({ secure }: EngineAddress, env: Env): Promise<Credentials> {
  if (!secure) return {}
  const named = env['DOCKER_CERT_PATH']
  const folder = named || clientFolder(env)
  const read = async (name: string): Promise<Buffer | undefined> => {
    try {
      return await readFile(join(folder, name))
    } catch (error) {
      if (!named && systemCode(error) === 'ENOENT') return undefined
      const message = `${named ? 'DOCKER_CERT_PATH ' : ''}${folder}: the certificates for the Docker engine cannot be read`
      const help = 'set DOCKER_CERT_PATH to a folder with ca.pem, cert.pem and key.pem'
      throw new ProvisionError('engine', message, { output: reasonOf(error), help, cause: error })
    }
  }
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('cert.pem'), read('key.pem')])
  return { ca, cert, key }
}

/** A connection that errs when one side does not trust the other. */
function connectTo({ at, secure }: EngineAddress, credentials: Credentials): Socket {
  if (!secure || 'path' in at) return connect(at)
  // An IP address is no name to ask a server for.
  return connectSecurely({ ...at, ...credentials, servername: isIP(at.host) === 0 ? at.host : '' })
}

/** One that hangs still takes connections, so it is asked for a word; one that wants TLS says so, which will do. */
function answers(address: EngineAddress, credentials: Credentials, patience: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectTo(address, credentials)
    const late = (): void => void socket.destroy(new Error(`no answer within ${showDuration(patience)}`))
    const timer = setTimeout(late, patience)
    const end = (error?: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      if (error === undefined) resolve()
      else reject(error)
    }
    socket.once('error', end)
    socket.once('data', () => end())
    socket.once('close', () => end(new Error('it closed the connection without an answer')))
    socket.write('GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n')
  })
}

function clientOf(address: EngineAddress, credentials: Credentials, patience: number): Dockerode {
  const { at, from } = address
  const way = {
    connect: () => connectTo(address, credentials),
    // What is under way is worth more than a call that has just begun.
    ask: () => answers(address, credentials, 3 * patience),
    hangs: (error: unknown) => stuck(from, error),
    silence: patience,
    most: 30 * patience,
  }
  return watchedEngine(way, 'path' in at ? { socketPath: at.path } : at)
}

const stuck = (from: string, cause: unknown): ProvisionError =>
  new ProvisionError('engine', 'the Docker engine of this machine hangs: it leaves calls unanswered', {
    output: `${from}: ${wordsOf(cause)}`,
    retryAfter: 'look whether it does: docker ps; restart Docker',
    cause,
  })

/** Of what OpenSSL says, with names of its functions and files around it, the words that tell something. */
const wordsOf = (error: unknown): string =>
  reasonOf(error).replace(/^.*:error:[^:]*:[^:]*:[^:]*:([^:]+):.*$/, 'TLS: $1')

function noEngine(refusals: readonly { address: EngineAddress; error: unknown }[]): ProvisionError {
  const output = refusals.map(({ address, error }) => `${address.from}: ${wordsOf(error)}`).join('\n')
  const cause = refusals[0]?.error
  if (refusals.some(({ error }) => systemCode(error) === 'EACCES')) {
    return new ProvisionError('engine', 'this user may not use the Docker engine of this machine', {
      output,
      help: 'sudo usermod -aG docker "$USER", then log in again; or run as root',
      cause,
    })
  }
  return new ProvisionError('engine', 'no Docker engine answers on this machine', {
    output,
    help: 'start Docker, or run ./scripts/quickstart.sh, which installs and starts one',
    cause,
  })
}
