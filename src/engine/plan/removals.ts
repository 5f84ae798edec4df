import { ownName } from '../../core/making.ts'
import type { Step } from '../../core/plan.ts'
import type { OwnedObject } from '../../core/probe.ts'
import { resourceId } from '../../core/resource.ts'
import { after } from './after.ts'

/** What carries our labels but is in the playbook no more. */
export interface Orphan {
  readonly host: string
  readonly object: OwnedObject
}

/** Whether the playbook lists it no more, or not under the name that somebody has given it since. */
export const isOrphan = (orphan: Orphan, known: ReadonlySet<string>): boolean =>
  !known.has(orphan.object.resource) || isRenamed(orphan)

/** What another host of the playbook made is its business: both may be one machine. */
function isRenamed({ host, object: { type, name, resource } }: Orphan): boolean {
  const idOf = (one: string) => resourceId({ host, kind: type, name: one })
  return resource.startsWith(idOf('')) && resource !== idOf(ownName(name))
}

/** What takes them away, containers first; a volume holds data and stays. */
export const removalsOf = (orphans: readonly Orphan[]): readonly Step[] =>
  (['container', 'network'] as const).flatMap((type) =>
    orphans.filter(({ object }) => object.type === type).map(removal),
  )

/** Its id cannot be that of a declared resource. */
function removal(orphan: Orphan): Step {
  const { host, object } = orphan
  const { type, name } = object
  return {
    id: `${host}/${type}/${name} (removed)`,
    host,
    kind: type,
    name,
    operation: 'remove',
    changes: [
      isRenamed(orphan)
        ? { field: 'made as', from: object.resource, to: undefined }
        : { field: 'playbook', from: 'listed', to: undefined },
    ],
    needs: [],
    actions:
      type === 'network'
        ? [{ do: 'remove-network', name }]
        : [
            { do: 'stop-container', name, grace: undefined },
            { do: 'remove-container', name },
          ],
    undo: [],
  }
}

/** A container that goes may hold the port or name that another one needs. */
export const afterRemovals = (step: Step, removals: readonly Step[]): Step => {
  if (step.kind !== 'container') return step
  const before = removals.filter(({ host, kind }) => host === step.host && kind === 'container')
  return after(
    step,
    before.map(({ id }) => id),
  )
}
