import { readdir, readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { systemCode } from '../../core/error.ts'
import { createLimit } from '../../core/async/limit.ts'
import { sshConfigOf, type Destination, type SshConfig } from './config.ts'

/** Each asks a process of its own. */
const atOnce = 8

const systemFile = '/etc/ssh/ssh_config'
const systemFolder = `${systemFile}.d`

/**
 * What OpenSSH's configuration says of these destinations; nothing where there is no OpenSSH client. Where it says the same of
 * all hosts, it is asked once: a process a host takes longer than connecting to it.
 * @throws ProvisionError `host` when the configuration cannot be read
 */
export async function sshConfigs(
  destinations: readonly Destination[],
  signal: AbortSignal,
): Promise<(destination: Destination) => SshConfig | undefined> {
  const all = new Map(destinations.map((one) => [keyOf(one), one]))
  const [first, ...others] = all.values()
  if (first !== undefined && others.length > 0 && saysTheSameOfAll(await configuration())) {
    // Without what is said of the first alone: that would be told of all.
    const config = await sshConfigOf({ address: first.address, user: undefined, port: undefined }, signal)
    // A host is reached at the name that it is called by.
    if (config?.address === first.address) return ({ address }) => ({ ...config, address })
  }
  const limit = createLimit(atOnce)
  const asked = await Promise.all(
    [...all].map(async ([key, one]) => [key, await limit(() => sshConfigOf(one, signal))] as const),
  )
  const configs = new Map(asked)
  return (destination) => configs.get(keyOf(destination))
}

const keyOf = ({ address, user, port }: Destination): string => JSON.stringify([address, user, port])

/**
 * Whether files of OpenSSH's configuration can say nothing of one host that they do not say of all: no section is about some
 * hosts, no value has a part of a host's name in it, and no other file is read but the system's own folder.
 */
export const saysTheSameOfAll = (texts: readonly string[]): boolean =>
  texts
    .flatMap((text) => text.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .every((line) => {
      const [keyword = '', ...values] = line.split(/[\s=]+/)
      const value = values.join(' ').replaceAll('"', '')
      switch (keyword.toLowerCase()) {
        case 'host':
          return value === '*'
        case 'include':
          return value === `${systemFolder}/*.conf`
        case 'match':
        case 'canonicalizehostname':
          return false
        default:
          return !value.includes('%')
      }
    })

/** Read as OpenSSH reads it. One that cannot be read is left to it. */
async function configuration(): Promise<readonly string[]> {
  const included = (await readdir(systemFolder).catch(() => [])).filter((name) => name.endsWith('.conf'))
  const files = [
    join(userInfo().homedir, '.ssh/config'),
    systemFile,
    ...included.map((name) => join(systemFolder, name)),
  ]
  return Promise.all(
    files.map((file) =>
      readFile(file, 'utf8').catch((error: unknown) => (systemCode(error) === 'ENOENT' ? '' : 'match all')),
    ),
  )
}
