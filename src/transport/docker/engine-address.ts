import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../../core/digest.ts'
import { ProvisionError } from '../../core/error.ts'
import { clientFolder, readClientFile, type Env } from './client-config.ts'

/** Where an engine may listen, and who says so. */
export interface EngineAddress {
  readonly from: string
  readonly at: { readonly path: string } | { readonly host: string; readonly port: number }
  /** Whether it speaks TLS there. */
  readonly secure: boolean
}

/** Where to look for the engine, the first choice first. */
export async function engineAddresses(env: Env): Promise<readonly EngineAddress[]> {
  const given = env['DOCKER_HOST']
  if (given) return [parseAddress(given, 'DOCKER_HOST', env)]
  const chosen = await contextAddress(env)
  if (chosen) return [chosen]
  return ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')].map((path) => ({
    from: path,
    at: { path },
    secure: false,
  }))
}

/**
 * Reads an address as in DOCKER_HOST.
 * @throws ProvisionError `usage` for HTTP, which Docker's client refuses too; `engine` for what else is neither a Unix
 *   socket nor TCP
 */
export function parseAddress(text: string, said: string, env: Env): EngineAddress {
  const from = `${said} ${text}`
  if (text.startsWith('unix://')) {
    return { from, at: { path: text.slice('unix://'.length) || '/var/run/docker.sock' }, secure: false }
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') throw notHttp(text, said)
  if (url?.protocol !== 'tcp:' || url.hostname === '' || url.port === '0' || !isRoot(url.pathname)) {
    throw new ProvisionError(
      'engine',
      `${said}: ${JSON.stringify(text)} is not an address that can be used`,
      {
        help: 'give unix:///path/of/docker.sock or tcp://host:port',
      },
    )
  }
  // Any value counts, as with Docker's client; that port is for TLS alone.
  const secure = Boolean(env['DOCKER_TLS_VERIFY']) || url.port === '2376'
  const port = Number(url.port || (secure ? 2376 : 2375))
  return { from, at: { host: url.hostname.replace(/^\[|\]$/g, ''), port }, secure }
}

const isRoot = (path: string): boolean => path === '' || path === '/'

function notHttp(text: string, said: string): ProvisionError {
  const address = text.replace(/^https?/i, 'tcp')
  const secure = ' and set DOCKER_TLS_VERIFY=1, with the certificates in DOCKER_CERT_PATH'
  return new ProvisionError('usage', `${said}: ${JSON.stringify(text)}: an engine has no such address`, {
    help: `give ${address}${/^https/i.test(text) ? secure : ''}`,
  })
}

/** The endpoint of the context that `docker context use` chose; undefined for the default one. */
async function contextAddress(env: Env): Promise<EngineAddress | undefined> {
  const name = env['DOCKER_CONTEXT'] ?? textAt(await readClientFile(env, 'config.json'), ['currentContext'])
  if (!name || name === 'default') return undefined
  const meta = await readClientFile(env, 'contexts/meta', digestOf(name), 'meta.json')
  const host = textAt(meta, ['Endpoints', 'docker', 'Host'])
  const certificates = join(clientFolder(env), 'contexts/tls', digestOf(name), 'docker')
  if (host && (await isThere(certificates))) {
    throw new ProvisionError(
      'engine',
      `Docker context ${JSON.stringify(name)} has certificates of its own, which are not used here`,
      { help: `name them: DOCKER_HOST=${host} DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=${certificates}` },
    )
  }
  if (host) return parseAddress(host, `Docker context ${name}`, env)
  throw new ProvisionError('engine', `Docker context ${JSON.stringify(name)} has no known endpoint`, {
    help: 'docker context use default',
  })
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

function textAt(value: unknown, path: readonly string[]): string | undefined {
  const end = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? new Map(Object.entries(inner)).get(key) : undefined,
    value,
  )
  return typeof end === 'string' ? end : undefined
}
