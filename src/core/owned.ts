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
  const help = wayBeside({ ...identity, name })
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
      { help: owner.resource === ours.resource ? wayToOwn(owner, ours, help) : help },
    )
  }
}

interface Owner {
  readonly playbook: string | undefined
  readonly environment: string
}

/** Docker cannot change labels: what a renamed playbook has made goes on under its former names, or stays where it is. */
function wayToOwn(owner: Owner, ours: Owner, beside: string): string {
  const ways = [
    ...(owner.playbook === ours.playbook ? [] : [`write name: '${owner.playbook ?? ''}' again`]),
    ...(owner.environment === ours.environment ? [] : [`call this one with --env ${owner.environment}`]),
  ]
  return `if it is this one's own, ${ways.join(', and ')}; else ${beside}`
}

/** What to do beside something of the same name. A volume is left in its place: with it would go what it holds. */
const wayBeside = ({ host, kind, name }: Identity): string =>
  kind === 'volume'
    ? wayToCopy(host, name)
    : `rename or remove it there (docker ${kind} rm ${name}), or give this one another name in the playbook`

/** How what a volume holds gets into one that a playbook lists: no volume can be renamed, or be given labels or a driver. */
export const wayToCopy = (host: string, volume: string): string =>
  'list a volume of another name, carry that out with no container on it, and copy the data while none is on either: ' +
  `${ownCommand('ssh', host)}, then docker run --rm -v ${volume}:/from -v OTHER:/to IMAGE cp -a /from/. /to`

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
