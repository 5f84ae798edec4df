import { ProvisionError } from '../../core/error.ts'
import { ownName } from '../../core/making.ts'
import type { ProvidedHost } from '../../core/provider.ts'
import { containerLabel, type Listed } from '../../core/text/container-label.ts'
import { didYouMean } from '../../core/text/suggest.ts'
import { ownCommand } from '../../core/text/own-command.ts'

/**
 * The host that is meant by a name, or the only one.
 * @throws ProvisionError `usage` for an unknown name, `provider` for a host that does not run
 */
export function hostCalled(name: string | undefined, hosts: readonly ProvidedHost[]): ProvidedHost {
  const names = hosts.map((host) => host.name)
  const [only] = hosts
  if (name === undefined && hosts.length !== 1) {
    throw new ProvisionError('usage', 'which host?', { help: `name one: ${names.join(', ')}` })
  }
  const host = name === undefined ? only : hosts.find((one) => one.name === name)
  if (!host)
    throw new ProvisionError('usage', `there is no host ${JSON.stringify(name)}`, {
      help: didYouMean(name ?? '', names),
    })
  if (host.state === 'running') return host
  throw new ProvisionError('provider', `host ${host.name} is ${host.state}`, {
    help: ownCommand(host.state === 'stopped' ? 'start' : 'quickstart'),
  })
}

/**
 * The containers that are meant by names (`user`, or `app/user`), or all.
 * @throws ProvisionError `usage` for an unknown name, and where there is no container at all
 */
export function containersCalled(names: readonly string[], all: readonly Listed[]): readonly Listed[] {
  refuseNone(all)
  if (names.length === 0) return all
  return [...new Set(names.flatMap((name) => containersNamed(name, all)))]
}

/** @throws ProvisionError `usage` for a name that is unknown or that several hosts have */
export function containerCalled(name: string, all: readonly Listed[]): Listed {
  refuseNone(all)
  const [first, ...others] = containersNamed(name, all)
  if (first && others.length === 0) return first
  const labels = [first, ...others].flatMap((one) => (one ? [`${one.host}/${one.name}`] : []))
  throw new ProvisionError('usage', `which container ${name}?`, { help: `name one: ${labels.join(', ')}` })
}

function refuseNone(all: readonly Listed[]): void {
  if (all.length > 0) return
  throw new ProvisionError('usage', 'the playbook lists no containers', {
    help: `${ownCommand('status')} shows what it lists`,
  })
}

function containersNamed(name: string, all: readonly Listed[]): Listed[] {
  // `status` shows one that never became ready under the name that it has on its host.
  const own = ownName(name)
  const found = all.filter((one) => one.name === own || `${one.host}/${one.name}` === own)
  if (found.length > 0) return found
  const labels = all.map((one) => containerLabel(one, all))
  throw new ProvisionError('usage', `there is no container ${JSON.stringify(name)}`, {
    help: didYouMean(name, labels),
  })
}
