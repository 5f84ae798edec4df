import { isIPv6 } from 'node:net'
import { homedir, userInfo } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Node } from 'yaml'
import { durationOf, fitsTimer } from '../../core/text/duration.ts'
import type { SshTarget } from '../../core/host.ts'
import { keyPathOf, type Destination, type SshConfig } from '../../transport/ssh/config.ts'
import type { Reader } from './yaml-reader.ts'

/** What holds where a host says nothing. */
export interface Defaults {
  /** The folder that relative paths start from: that of the file. */
  readonly folder: string
  /** What `~` stands for. */
  readonly home: string
  readonly user: string
  /** What OpenSSH's own configuration says of what the file names; it holds where the file says nothing. */
  readonly config?: (destination: Destination) => SshConfig | undefined
  /** What OpenSSH's configuration may name as `${NAME}`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

export const defaultsFor = (file: string): Defaults => ({
  folder: dirname(resolve(file)),
  home: homedir(),
  user: userInfo().username,
  env: process.env,
})

/** Where OpenSSH looks as well. */
const usualKnownHosts = ['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts']

const fields = [
  'address',
  'port',
  'user',
  'identityFile',
  'knownHosts',
  'become',
  'jump',
  'connectTimeout',
] as const

/** One host of the file; undefined when it cannot be used, which is noted. */
export function fieldsOf(read: Reader, name: string, node: Node, defaults: Defaults): SshTarget | undefined {
  const what = `hosts.${name}`
  const path = (value: unknown): string | undefined => pathOf(value, defaults)
  const written = writtenIn(read, what, node, path)
  const { address, identityFile, knownHosts, become, connectTimeout } = written
  if (address === undefined) return undefined
  const config = defaults.config?.({ address, user: written.user, port: written.port })
  if (written.jump === undefined && config?.proxyJump === undefined && config?.proxyCommand !== undefined) {
    const told = `${what}: OpenSSH's configuration leads to ${address} by ProxyCommand ${config.proxyCommand}, which is not done here`
    read.problem(node, told, 'name the hosts on the way there: jump: user@gate:22')
  }
  const place = {
    name,
    address: config?.address ?? address,
    port: written.port ?? config?.port ?? 22,
    user: written.user ?? config?.user ?? defaults.user,
  }
  const valueOf = valuesFor({ ...place, given: address, alias: config?.hostKeyAlias }, defaults)
  // OpenSSH tells it as it is written there.
  const jump = written.jump ?? config?.proxyJump?.replace(/%[hnpr%]/g, (part) => valueOf(part) ?? part)
  // What the file names is meant alone.
  const listed = identityFile === undefined ? config?.identityFiles : undefined
  const identityFiles = listed?.map((key) =>
    keyPathOf(key, valueOf, (unknown) => {
      const told = `${what}: OpenSSH's configuration lists the key ${key}, and what ${unknown} means is not known here`
      read.problem(node, told, 'name the key to use: identityFile: ~/.ssh/id_ed25519')
    }),
  )
  return {
    ...place,
    identityFile: identityFile ?? identityFiles?.[0],
    identityFiles,
    identitiesOnly: config?.identitiesOnly,
    identityAgent: config?.identityAgent,
    knownHosts: knownHosts ?? config?.knownHosts ?? usualKnownHosts.flatMap((usual) => path(usual) ?? []),
    hostKeyAlias: config?.hostKeyAlias,
    revokedHostKeys: config?.revokedHostKeys,
    become: become ?? false,
    jump,
    ...(connectTimeout === undefined ? {} : { connectTimeout }),
  }
}

/** What the file itself says of a host; a field that is missing, or not what it should be, which is noted, is undefined. */
function writtenIn(read: Reader, what: string, node: Node, path: (value: unknown) => string | undefined) {
  const entry = read.map(node, what, fields)
  const field = <T>(
    key: (typeof fields)[number],
    accept: (node: Node) => T | undefined,
    wanted: string,
  ): T | undefined => {
    const given = entry[key]
    if (given === undefined) return undefined
    const accepted = accept(given)
    if (accepted === undefined)
      read.problem(given, `${what}.${key} must be ${wanted}, not ${read.shown(given)}`)
    return accepted
  }
  const plain =
    <T>(accept: (value: unknown) => T | undefined) =>
    (given: Node) =>
      accept(read.plain(given))

  if (entry['address'] === undefined) read.problem(node, `${what} has no address`)
  return {
    address: field(
      'address',
      plain(addressOf),
      'a name or an address, without user and port, which are fields of their own',
    ),
    port: field('port', plain(portOf), 'a number from 1 to 65535'),
    user: field('user', plain(wordOf), 'the name of a user'),
    identityFile: field('identityFile', plain(path), 'the path of a private key'),
    knownHosts: field('knownHosts', pathsOf(read, path), 'a path, or a list of paths'),
    become: field('become', plain(booleanOf), 'true or false'),
    jump: field('jump', plain(wordOf), 'jump hosts as ProxyJump lists them, like user@gate:2200'),
    connectTimeout: field('connectTimeout', plain(waitOf), 'a length of time like 30s, 24 days at most'),
  }
}

interface Place extends Pick<SshTarget, 'address' | 'port' | 'user'> {
  /** The address as the file gives it. */
  readonly given: string
  readonly alias: string | undefined
}

/** What stands for what in the paths of keys (ssh_config(5), TOKENS), as far as it is known here. */
function valuesFor(
  { address, port, user, given, alias }: Place,
  { home, user: ownUser, env = {} }: Defaults,
): (part: string) => string | undefined {
  const tokens = new Map([
    ['~', home],
    ['%%', '%'],
    ['%d', home],
    ['%h', address],
    ['%k', alias ?? given],
    ['%n', given],
    ['%p', String(port)],
    ['%r', user],
    ['%u', ownUser],
  ])
  return (part) => {
    const variable = /^\$\{(.*)\}$/s.exec(part)?.[1]
    if (variable === undefined) return tokens.get(part)
    return Object.hasOwn(env, variable) ? env[variable] : undefined
  }
}

/** A word that no program can take for an option, nor for two words. */
const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[^\s\p{Cc}-][^\s\p{Cc}]*$/u.test(value) ? value : undefined

/** A user or a port in it would be lost where OpenSSH's configuration names another address. */
const addressOf = (value: unknown): string | undefined => {
  const word = wordOf(value)
  return word !== undefined && (isIPv6(word) || !/[@/:[\]]/.test(word)) ? word : undefined
}

const portOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535 ? value : undefined

function waitOf(value: unknown): number | undefined {
  // In OpenSSH's own configuration a number counts seconds, here it would be milliseconds.
  const ms = typeof value === 'string' ? durationOf(value) : undefined
  return ms !== undefined && ms > 0 && fitsTimer(ms) ? ms : undefined
}

const booleanOf = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined)

/** An absolute path from one that may begin with `~/` or be relative to the file's folder. */
function pathOf(value: unknown, { folder, home }: Defaults): string | undefined {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) return undefined
  if (value.startsWith('~/')) return join(home, value.slice(2))
  return isAbsolute(value) ? value : resolve(folder, value)
}

const pathsOf =
  (read: Reader, path: (value: unknown) => string | undefined) =>
  (given: Node): readonly string[] | undefined => {
    const all = (read.list(given) ?? [given]).map((one) => path(read.plain(one)))
    const paths = all.filter((one) => one !== undefined)
    return paths.length === all.length ? paths : undefined
  }
