import { ProvisionError } from '../../core/error.ts'
import type { OpenHost, Run } from './index.ts'
import { hostCalled } from './targets.ts'

/**
 * Connects to one host.
 * @throws ProvisionError `provider` when it does not run
 */
export async function openHost(run: Run, name: string): Promise<OpenHost> {
  hostCalled(name, await run.survey())
  const [host] = await run.hosts([name])
  if (host) return host
  throw new ProvisionError('host', `${name} was not connected`)
}
