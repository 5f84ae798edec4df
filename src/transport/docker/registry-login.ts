import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type Dockerode from 'dockerode'
import { isObject } from '../../core/rules/shape.ts'
import { readClientFile, type Env } from './client-config.ts'

/** What an engine shows to a registry for us, in the words of its API. */
export type RegistryLogin = { readonly serveraddress: string } & (
  { readonly username: string; readonly password: string } | { readonly identitytoken: string }
)

export interface LoginSearch {
  /** The engine that will pull: it knows which registry a name without one means. */
  readonly engine: Dockerode
  readonly signal: AbortSignal
  /** Told when a program that keeps logins gives none. */
  readonly onLine: (line: string) => void
  readonly env?: Env
}

/**
 * What `docker login` has kept for the registry of an image, in Docker's own configuration or with the program that this
 * names; undefined where it has nothing.
 */
export async function registryLogin(ref: string, search: LoginSearch): Promise<RegistryLogin | undefined> {
  const { engine, env = process.env } = search
  const config = await readClientFile(env, 'config.json')
  if (!isObject(config)) return undefined
  const { auths, credHelpers, credsStore } = config
  if ((auths ?? credHelpers ?? credsStore) === undefined) return undefined
  const server = await serverOf(ref, engine)
  if (server === undefined) return undefined
  const helper = text(entryOf(credHelpers, server)) ?? text(credsStore)
  return helper === undefined ? written(entryOf(auths, server), server) : asked(helper, server, search)
}

/** The registry of an image, as logins are kept by it. */
async function serverOf(ref: string, engine: Dockerode): Promise<string | undefined> {
  const info: unknown = await engine.info()
  const { IndexServerAddress: usual, RegistryConfig: registries } = isObject(info) ? info : {}
  const [first = '', ...rest] = ref.split('/')
  if (rest.length === 0 || !(/[.:]/.test(first) || first === 'localhost')) return text(usual)
  const known = isObject(registries) ? entryOf(registries['IndexConfigs'], first) : undefined
  return isObject(known) && known['Official'] === true ? text(usual) : first
}

/** What a record has for a registry: some name it by its URL, others by its host. */
function entryOf(record: unknown, server: string): unknown {
  if (!isObject(record)) return undefined
  const entries = Object.entries(record)
  const [, entry] =
    entries.find(([key]) => key === server) ?? entries.find(([key]) => hostIn(key) === hostIn(server)) ?? []
  return entry
}

const hostIn = (address: string): string | undefined => address.replace(/^https?:\/\//, '').split('/')[0]

/** A login that stands in the configuration itself, as base64 of `name:password`. */
function written(entry: unknown, serveraddress: string): RegistryLogin | undefined {
  if (!isObject(entry)) return undefined
  const identitytoken = text(entry['identitytoken'])
  if (identitytoken !== undefined) return { identitytoken, serveraddress }
  const [, username, password] =
    /^([^:]+):([^]*)$/.exec(Buffer.from(text(entry['auth']) ?? '', 'base64').toString('utf8')) ?? []
  if (username === undefined || password === undefined) return undefined
  return { username, password, serveraddress }
}

const run = promisify(execFile)

/** A login that a program keeps: `docker-credential-pass get`, which reads the registry's name. */
async function asked(
  helper: string,
  server: string,
  { signal, onLine, env = process.env }: LoginSearch,
): Promise<RegistryLogin | undefined> {
  const program = `docker-credential-${helper}`
  try {
    const answer = run(program, ['get'], { signal, env })
    // It may end without reading.
    answer.child.stdin?.on('error', () => undefined).end(server)
    return given(JSON.parse((await answer).stdout), server)
  } catch {
    if (signal.aborted) throw signal.reason
    // What it says may hold anything, a password as well.
    onLine(`${program} gives no login for ${server}`)
    return undefined
  }
}

function given(answer: unknown, serveraddress: string): RegistryLogin | undefined {
  const { Username, Secret } = isObject(answer) ? answer : {}
  const [username, password] = [text(Username), text(Secret)]
  if (username === undefined || password === undefined) return undefined
  // So Docker marks what is no password.
  return username === '<token>'
    ? { identitytoken: password, serveraddress }
    : { username, password, serveraddress }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
