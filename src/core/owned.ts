import { ProvisionError } from './error.ts'
import type { Scope } from './facts.ts'
import { label, labelVersion } from './label.ts'
import { resourceId, resourceTitle } from './resource.ts'

interface Identity {
  readonly host: string
  readonly kind: string
  readonly name: string
}

/**
 * Refuses a Docker object that has a resource's name but was not made for it.
 * @throws ProvisionError `conflict`
 */
export function refuseForeign(
  identity: Identity,
  name: string,
  labels: Readonly<Record<string, string>>,
  scope: Scope,
): void {
  const title = resourceTitle(identity)
  const thing = `${identity.kind} ${name}`
  const help = `rename or remove it there (docker ${identity.kind} rm ${name}), or give this one another name in the playbook`
  const environment = labels[label.environment]
  if (environment === undefined) {
    throw new ProvisionError('conflict', `${title}: a ${thing} is there that provision did not make`, {
      help,
    })
  }
  const owner = { playbook: labels[label.playbook], environment, resource: labels[label.resource] }
  const ours = { ...scope, resource: resourceId(identity) }
  if (
    owner.environment !== ours.environment ||
    owner.playbook !== ours.playbook ||
    owner.resource !== ours.resource
  ) {
    throw new ProvisionError(
      'conflict',
      `${title}: the ${thing} there belongs to ${owner.resource ?? 'another resource'} of environment ${environment}`,
      { help },
    )
  }
  const version = Number(labels[label.version])
  if (!(version <= Number(labelVersion))) {
    throw new ProvisionError(
      'conflict',
      `${title}: the ${thing} was made by a newer provision (labels of version ${labels[label.version] ?? 'none'}, this one knows ${labelVersion})`,
      { help: 'update provision on this machine' },
    )
  }
}
