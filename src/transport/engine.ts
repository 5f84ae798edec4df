import Dockerode from 'dockerode'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../core/digest.ts'
import { showDuration } from '../core/duration.ts'
import { ProvisionError, reasonOf, systemCode } from '../core/error.ts'

/** Environment variables, as in `process.env`. */
type Env = Readonly<Record<string, string | undefined>>

/** Where an engine may listen, and who says so. */
export interface EngineAddress {
  readonly from: string
  readonly at: { readonly path: string } | { readonly host: string; readonly port: number }
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
    try {
      await answers(address, patience)
      return clientOf(address, env)
    } catch (error) {
      refusals.push({ address, error })
    }
  }
  throw noEngine(refusals)
}

/** Where to look for the engine, the first choice first. */
export async function engineAddresses(env: Env): Promise<readonly EngineAddress[]> {
  const given = env['DOCKER_HOST']
  if (given) return [parseAddress(given, 'DOCKER_HOST')]
  const folder = env['DOCKER_CONFIG'] ?? join(homedir(), '.docker')
  const chosen = await contextAddress(folder, env['DOCKER_CONTEXT'])
  if (chosen) return [chosen]
  return ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')].map((path) => ({
    from: path,
    at: { path },
  }))
}

/**
 * Reads an address as in DOCKER_HOST.
 * @throws ProvisionError `engine` for what is neither a Unix socket nor TCP
 */
export function parseAddress(text: string, from: string): EngineAddress {
  if (text.startsWith('unix://')) {
    return { from: `${from} ${text}`, at: { path: text.slice('unix://'.length) || '/var/run/docker.sock' } }
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && url.hostname !== '' && ['tcp:', 'http:', 'https:'].includes(url.protocol)) {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    return { from: `${from} ${text}`, at: { host, port: Number(url.port) || 2375 } }
  }
  throw new ProvisionError('engine', `${from}: ${JSON.stringify(text)} is not an address that can be used`, {
    help: 'give unix:///path/of/docker.sock or tcp://host:port',
  })
}

/** The endpoint of the context that `docker context use` chose; undefined for the default one. */
async function contextAddress(folder: string, named: string | undefined): Promise<EngineAddress | undefined> {
  const name = named ?? textAt(await readJson(join(folder, 'config.json')), ['currentContext'])
  if (!name || name === 'default') return undefined
  const meta = await readJson(join(folder, 'contexts/meta', digestOf(name), 'meta.json'))
  const host = textAt(meta, ['Endpoints', 'docker', 'Host'])
  if (host) return parseAddress(host, `Docker context ${name}`)
  throw new ProvisionError('engine', `Docker context ${JSON.stringify(name)} has no known endpoint`, {
    help: 'docker context use default',
  })
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    // Docker's client runs without these files as well.
    return undefined
  }
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  const end = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? new Map(Object.entries(inner)).get(key) : undefined,
    value,
  )
  return typeof end === 'string' ? end : undefined
}

/** One that hangs still takes connections, so it is asked for a word; one that wants TLS says so, which will do. */
function answers({ at }: EngineAddress, patience: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(at)
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

function clientOf({ at }: EngineAddress, env: Env): Dockerode {
  if ('path' in at) return new Dockerode({ protocol: 'http', host: undefined, socketPath: at.path })
  // Certificates come from DOCKER_CERT_PATH, which the client reads by itself.
  const secure = env['DOCKER_TLS_VERIFY'] === '1' || at.port === 2376
  return new Dockerode({ protocol: secure ? 'https' : 'http', host: at.host, port: at.port })
}

function noEngine(refusals: readonly { address: EngineAddress; error: unknown }[]): ProvisionError {
  const output = refusals.map(({ address, error }) => `${address.from}: ${reasonOf(error)}`).join('\n')
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
