import { createReadStream } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { showBytes } from '../../core/text/bytes.ts'
import { ProvisionError, unreadReason } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import type { ProvidedHost, Provider } from '../../core/provider.ts'
import { defaultsFor } from './host-fields.ts'
import type { Destination } from '../../transport/ssh/config.ts'
import { sshConfigs } from '../../transport/ssh/configs.ts'
import { openHostsFile } from './hosts-file.ts'

export interface SshProviderOptions {
  /** The YAML file that lists the hosts, as given with `--on`. */
  readonly file: string
  /** Of the topology, in its order. */
  readonly hosts: readonly string[]
  /** Ends the question to OpenSSH, whose configuration may run programs. */
  readonly signal: AbortSignal
}

/** Thousands of hosts; in much more, what is meant to be slow to read would be. */
const maxBytes = 256_000

/**
 * The provider of hosts that are there already, and not ours: it neither makes nor starts, stops or removes them.
 * @throws ProvisionError `usage` when the file cannot be read or is wrong
 */
export async function createSshProvider({ file, hosts, signal }: SshProviderOptions): Promise<Provider> {
  const text = await readHostsFile(file)
  const expected = { file, hosts, ...defaultsFor(file) }
  // What OpenSSH knows of a host can be asked only once the file has told its address.
  const hostsIn = openHostsFile(text)
  const destinations: Destination[] = []
  hostsIn({ ...expected, config: (one) => void destinations.push(one) })
  const config = await sshConfigs(destinations, signal)
  const provided = hostsIn({ ...expected, config }).map(providedHost)
  return {
    kind: 'ssh',
    survey: () => Promise.resolve(provided),
    strays: () => [],
    up: () => Promise.resolve(provided),
    start: () => Promise.resolve(provided),
    stop: () =>
      Promise.reject(
        new ProvisionError('provider', `the hosts of ${file} are not ours to stop`, {
          help: 'stop them where they are managed',
        }),
      ),
    destroy: () => Promise.resolve({ removed: [], left: provided.map(({ name }) => `host ${name}`) }),
    reach: ({ address }, port) => ({ host: address, port }),
  }
}

/** Whether a host runs shows when it is connected to; asking before would cost as much. */
const providedHost = (ssh: SshTarget): ProvidedHost => ({
  name: ssh.name,
  state: 'running',
  isYoung: false,
  address: ssh.address,
  system: undefined,
  ssh,
})

async function readHostsFile(file: string): Promise<string> {
  try {
    // What a pipe or a device holds shows only when it is read, so one byte too many is asked for.
    const bytes = await buffer(createReadStream(file, { end: maxBytes }))
    if (bytes.length <= maxBytes) return bytes.toString()
  } catch (error) {
    throw new ProvisionError('usage', `${file} ${unreadReason(error)}`, { help, cause: error })
  }
  throw new ProvisionError('usage', `${file}: no list of hosts is longer than ${showBytes(maxBytes)}`, {
    help,
  })
}

const help = 'give a file like: hosts: { web: { address: 192.168.1.5 } }'
