import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ProvisionError, reasonOf, systemCode } from '../../core/error.ts'
import { quoteAll } from '../../core/quote.ts'

/** What OpenSSH's configuration says about a host. */
export interface SshConfig {
  readonly address: string
  readonly port: number
  readonly user: string
  /** The key files that are listed there, as they are written (see `keyPathOf`); undefined for the usual ones. */
  readonly identityFiles: readonly string[] | undefined
  /** Whether the agent is asked only for keys that are listed. */
  readonly identitiesOnly: boolean
  /** The agent's socket: a path, `none`, or a variable that holds one; undefined for that of `SSH_AUTH_SOCK`. */
  readonly identityAgent: string | undefined
  /** The user's and the system's. */
  readonly knownHosts: readonly string[]
  readonly hostKeyAlias: string | undefined
  /** Files of public keys that no host may show. */
  readonly revokedHostKeys: readonly string[]
  /** As written there: `user@gate:22`; undefined for a direct way. */
  readonly proxyJump: string | undefined
  /** The program that leads there, as written; undefined where there is none. */
  readonly proxyCommand: string | undefined
}

/** Where somebody wants to log in, as far as it is said: what is not, OpenSSH's configuration may say. */
export interface Destination {
  readonly address: string
  readonly user: string | undefined
  readonly port: number | undefined
}

/**
 * Asks OpenSSH (`ssh -G`) how it would reach a host, so that `~/.ssh/config` counts here as well. Undefined where there is
 * no OpenSSH client.
 * @throws ProvisionError `host` when the configuration cannot be read
 */
export async function sshConfigOf(
  { address: host, user, port }: Destination,
  signal: AbortSignal,
): Promise<SshConfig | undefined> {
  const asked = [
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    // A name that begins with a dash would be an option.
    ...['--', host],
  ]
  try {
    const { stdout } = await promisify(execFile)('ssh', ['-G', ...asked], { signal })
    return parseSshConfig(stdout, homedir())
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    if (signal.aborted) throw new ProvisionError('interrupted', `${host}: interrupted`, { cause: error })
    throw new ProvisionError('host', `${host}: ssh cannot read its configuration`, {
      output: error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : reasonOf(error),
      help: `try it by hand: ${quoteAll(['ssh', '-G', ...asked])}`,
      cause: error,
    })
  }
}

/** Reads the output of `ssh -G`: a keyword and its value on each line. */
export function parseSshConfig(text: string, home: string): SshConfig {
  const all = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    if (space < 0) continue
    const key = line.slice(0, space).toLowerCase()
    all.set(key, [...(all.get(key) ?? []), line.slice(space + 1).trim()])
  }
  const one = (key: string): string | undefined => {
    const value = all.get(key)?.[0]
    return value === '' || value === 'none' ? undefined : value
  }
  const path = (name: string): string => (name.startsWith('~/') ? join(home, name.slice(2)) : name)
  const paths = (key: string): readonly string[] =>
    (all.get(key) ?? [])
      .flatMap(pathsIn)
      .filter((one) => one !== 'none')
      .map(path)
  return {
    address: one('hostname') ?? '',
    port: Number(one('port') ?? 22),
    user: one('user') ?? '',
    identityFiles: listedKeys(all.get('identityfile')),
    identitiesOnly: one('identitiesonly') === 'yes',
    // Here `none` says something.
    identityAgent: all.get('identityagent')?.map(path)[0],
    knownHosts: [...paths('userknownhostsfile'), ...paths('globalknownhostsfile')],
    hostKeyAlias: one('hostkeyalias'),
    // Written without quotes, so a space is part of its name.
    revokedHostKeys: (all.get('revokedhostkeys') ?? []).filter((file) => file !== 'none').map(path),
    proxyJump: one('proxyjump'),
    proxyCommand: one('proxycommand'),
  }
}

/** What OpenSSH lists by itself tells nothing: no one else lists all of these and none besides. */
function listedKeys(all: readonly string[] | undefined): readonly string[] | undefined {
  if (all === undefined) return undefined
  const isUsual = all.every((file) => defaultKey.test(file)) && usualKeys.every((file) => all.includes(file))
  return isUsual ? undefined : all.filter((file) => file.toLowerCase() !== 'none')
}

const defaultKey = /^~\/\.ssh\/id_(rsa|dsa|xmss|ecdsa(_sk)?|ed25519(_sk)?)$/

/** Those of them that every version has. */
const usualKeys = ['rsa', 'ecdsa', 'ed25519'].map((type) => `~/.ssh/id_${type}`)

/**
 * The path of a key file, which `ssh -G` tells as it is written, from what stands in it for something else: `~`, `%h`,
 * `${NAME}`.
 * @param onUnknown told each of them that has no value
 */
export const keyPathOf = (
  written: string,
  valueOf: (part: string) => string | undefined,
  onUnknown: (part: string) => void,
): string =>
  written.replace(/^~[^/]*|%.?|\$\{[^}]*\}/g, (part) => {
    const value = valueOf(part)
    if (value === undefined) onUnknown(part)
    return value ?? part
  })

/**
 * Paths in a line. OpenSSH writes them without the quotes that they have in its configuration: a space is part of a name unless
 * another path begins after it.
 */
const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/"([^"]*)"|(\S+(?: +[^\s"/~]\S*)*)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
