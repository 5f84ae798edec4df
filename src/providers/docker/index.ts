import { join } from 'node:path'
import type Dockerode from 'dockerode'
import { acquireLock } from '../../transport/lock/state-lock.ts'
import { ProvisionError } from '../../core/error.ts'
import type { Provider } from '../../core/provider.ts'
import { providerError, reachOf, type Context } from './context.ts'
import { destroyAll } from './destroy.ts'
import { keyFilesOf } from './keys.ts'
import { namesOf } from './names.ts'
import { surveyor } from './surveyor.ts'
import { bringUp, startUp, stopAll } from './up.ts'
import { ownCommand } from '../../core/text/own-command.ts'

export interface DockerProviderOptions {
  readonly environment: string
  /** Absolute; tells clones of a project apart. */
  readonly projectDir: string
  /** `.provision/<environment>`, absolute: keys are kept here. */
  readonly stateDir: string
  /** Of the topology, in its order. */
  readonly hosts: readonly string[]
  /** The ports that the playbook publishes on a host; asked only for engines whose networks this machine cannot see. */
  readonly ports: (host: string) => readonly number[]
  /** The engine of this machine, connected when it is first needed. */
  readonly engine: () => Promise<Dockerode>
  /** The subnet for the nodes; by default 192.168.60.0/24, or the next free one. */
  readonly subnet?: string | undefined
  /** Overrides how nodes are reached: `address` or `loopback`. Default: the value of `PROVISION_REACH`, else by engine. */
  readonly reach?: string | undefined
  /** Milliseconds after which a node that does not become a host has failed; 30 000 by default. */
  readonly readyLimit?: number | undefined
}

/** The embedded provider: nodes are containers on the engine of this machine. Needs nothing but that engine. */
export function createDockerProvider(options: DockerProviderOptions): Provider {
  const { environment, projectDir, stateDir, hosts, ports, subnet } = options
  const contextOf = async (signal: AbortSignal): Promise<Context> => ({
    engine: await options.engine(),
    names: namesOf(environment, projectDir),
    keys: keyFilesOf(stateDir),
    hosts,
    ports,
    subnet,
    reach: options.reach ?? process.env['PROVISION_REACH'],
    readyLimit: options.readyLimit ?? 30_000,
    signal,
  })
  const { survey, strays, portsOf } = surveyor(hosts)

  /** One change at a time, also when two runs of this machine want one. */
  const changing = async <T>(signal: AbortSignal, work: (context: Context) => Promise<T>): Promise<T> => {
    const lock = await acquireLock(join(stateDir, 'nodes'), 'nodes', signal, () => undefined)
    try {
      return await work(await contextOf(signal))
    } catch (error) {
      throw providerError(`environment ${environment}`, error, signal)
    } finally {
      await lock.release()
    }
  }

  return {
    kind: 'docker',
    survey: async (signal) => survey(await contextOf(signal)),
    strays,
    up: (box, signal, watch) =>
      changing(signal, async (context) => {
        await bringUp(context, box, watch)
        return survey(context)
      }),
    start: (signal, watch) =>
      changing(signal, async (context) => {
        await startUp(context, watch)
        return survey(context)
      }),
    stop: (signal, watch) => changing(signal, (context) => stopAll(context, watch)),
    destroy: (signal, watch) => changing(signal, (context) => destroyAll(context, watch)),
    reach: ({ name, address }, port) => {
      const found = reachOf({ address, ports: portsOf(name) }, port)
      if (found) return found
      throw new ProvisionError('provider', `${name}: port ${port} was not published when the node was made`, {
        help: `make the nodes anew: ${ownCommand('destroy')} and ${ownCommand('quickstart')}`,
      })
    },
  }
}
