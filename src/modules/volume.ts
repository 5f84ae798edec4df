import { ProvisionError } from '../core/error.ts'
import { changeOf } from '../core/change.ts'
import type { Scope } from '../core/facts.ts'
import { nameClaim } from '../core/graph/claim.ts'
import type { Host } from '../core/host.ts'
import { refuseUnknown, type OptionNames } from '../core/rules/known-options.ts'
import { resourceLabels } from '../core/label.ts'
import { defineModule, type ResourceOptions } from '../core/module.ts'
import { mountedData, type Mountable } from '../core/mount.ts'
import { refuseForeign, wayToCopy } from '../core/owned.ts'
import type { VolumeState } from '../core/probe.ts'
import { ref, type Ref } from '../core/ref.ts'
import { declaredTitle } from '../core/rules/refuse.ts'
import { resourceId, resourceTitle } from '../core/resource.ts'
import { dockerNameProblem, driverProblem, firstProblem } from '../core/rules/index.ts'

/** How a volume keeps its data. */
export interface VolumeOptions {
  /** Docker's volume driver. Default `local`. */
  readonly driver?: string
}

const names: OptionNames<VolumeOptions> = { driver: true }

interface Props {
  readonly host: string
  readonly name: string
  readonly driver: string
  readonly scope: Ref<Scope>
}

const kind = 'volume'

const resource = defineModule({
  kind,
  validate: ({ name, driver }: Props) =>
    firstProblem(dockerNameProblem('name', name), driverProblem('driver', driver)),
  claims: ({ name }) => [nameClaim(kind, name)],
  probe: ({ name }) => ({ volume: { ask: 'volume', name } as const }),
  parse: ({ volume }, { host, name, driver, scope }): VolumeState | undefined => {
    if (!volume) return undefined
    const identity = { host, kind, name }
    refuseForeign(identity, name, volume.labels, scope)
    if (volume.driver === driver) return volume
    throw new ProvisionError(
      'conflict',
      `${resourceTitle(identity)}: is there with the driver ${volume.driver}, not ${driver}; another driver would lose its data`,
      {
        help: `keep the driver in the playbook, or ${wayToCopy(host, name)}`,
      },
    )
  },
  diff: ({ name }, state) => changeOf('name', state && name, name),
  remedy: ({ host, name, driver, scope }) => ({
    operation: 'create',
    actions: [
      {
        do: 'create-volume',
        name,
        body: { Driver: driver, Labels: resourceLabels(scope, resourceId({ host, kind, name })) },
      },
    ],
  }),
})

/** A Docker volume of a host. Mounted into a container, it is writable. Never removed by a run, because it holds data. */
export function volume(
  host: Host,
  name: string,
  options: VolumeOptions = {},
  more?: ResourceOptions,
): Mountable {
  refuseUnknown(declaredTitle(host, kind, name), options, names)
  const { driver = 'local' } = options
  const scope = ref({ label: 'scope' }, (facts) => facts.scope)
  const made = resource(host, name, { host: host.name, name, driver, scope }, more)
  return Object.assign(made, { mounted: mountedData(made, name) })
}
