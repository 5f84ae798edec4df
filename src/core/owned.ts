import { ProvisionError } from './error.ts'
import type { Scope } from './facts.ts'
import { label, labelVersion } from './label.ts'
import { resourceId, resourceTitle } from './resource.ts'
import { ownCommand } from './text/own-command.ts'

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
  const help = `${outOfTheWay(identity.kind)} (docker ${identity.kind} rm ${name}), or give this one another name in the playbook`
  const environment = labels[label.environment]
  if (environment === undefined) {
    throw new ProvisionError('conflict', `${title}: a ${thing} is there that provision did not make`, {
      help,
    })
  }
  // Before anything else that labels say: a newer tool may mean something else by them.
  refuseNewer([{ title: `${title}: the ${thing}`, version: labels[label.version] }])
  const owner = { playbook: labels[label.playbook], environment, resource: labels[label.resource] }
  const ours = { ...scope, resource: resourceId(identity) }
  if (
    owner.environment !== ours.environment ||
    owner.playbook !== ours.playbook ||
    owner.resource !== ours.resource
  ) {
    throw new ProvisionError(
      'conflict',
      `${title}: the ${thing} there belongs to ${owner.resource ?? 'another resource'} of playbook ${owner.playbook ?? 'unknown'} in environment ${environment}`,
      { help: owner.resource === ours.resource ? wayToOwn(identity, owner, ours, help) : help },
    )
  }
}

interface Owner {
  readonly playbook: string | undefined
  readonly environment: string
}

/** Docker cannot change labels: what a renamed playbook has made goes on under its former names, or a volume's data is copied. */
function wayToOwn({ host, kind, name }: Identity, owner: Owner, ours: Owner, help: string): string {
  const ways = [
    ...(owner.playbook === ours.playbook ? [] : [`write name: '${owner.playbook ?? ''}' again`]),
    ...(owner.environment === ours.environment ? [] : [`call this one with --env ${owner.environment}`]),
  ]
  const copy =
    'list a volume of another name, and with no container on either copy the data: ' +
    `${ownCommand('ssh', host)}, then docker run --rm -v ${name}:/from -v OTHER:/to IMAGE cp -a /from/. /to`
  return `if it is this one's own, ${ways.join(', and ')}; else ${kind === 'volume' ? copy : help}`
}

/** No volume can be renamed, and with it goes what it holds. */
const outOfTheWay = (kind: string): string =>
  kind === 'volume' ? 'move its data and remove it there' : 'rename or remove it there'

/** Whether a newer tool has made what has this version label. */
export const isNewer = (version: string | undefined): boolean =>
  version !== undefined && !(Number(version) <= Number(labelVersion))

/**
 * Refuses what a newer tool has made: its labels may mean something that this one does not know.
 * @param things with their version label; one without was made before there was one
 * @throws ProvisionError `conflict` that names them all
 */
export function refuseNewer(
  things: readonly { readonly title: string; readonly version: string | undefined }[],
): void {
  const newer = things.filter(({ version }) => isNewer(version))
  const [first] = newer
  if (!first) return
  const titles = newer.map(({ title }) => title).join(', ')
  const verb = newer.length === 1 ? 'was' : 'were'
  throw new ProvisionError(
    'conflict',
    `${titles} ${verb} made by a newer provision (labels of version ${first.version ?? ''}, this one knows ${labelVersion})`,
    { help: 'update provision on this machine' },
  )
}
