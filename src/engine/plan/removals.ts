import type { Step } from '../../core/plan.ts'
import type { OwnedObject } from '../../core/probe.ts'

/** What carries our labels but is in the playbook no more. */
export interface Orphan {
  readonly host: string
  readonly object: OwnedObject
}

/** What takes them away, containers first; a volume holds data and stays. */
export const removalsOf = (orphans: readonly Orphan[]): readonly Step[] =>
  (['container', 'network'] as const).flatMap((type) =>
    orphans.filter(({ object }) => object.type === type).map(removal),
  )

/** Its id cannot be that of a declared resource. */
function removal({ host, object: { type, name } }: Orphan): Step {
  return {
    id: `${host}/${type}/${name} (removed)`,
    host,
    kind: type,
    name,
    operation: 'remove',
    changes: [{ field: 'playbook', from: 'listed', to: undefined }],
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
  const before = removals
    .filter(({ host, kind }) => host === step.host && kind === 'container')
    .map(({ id }) => id)
  return step.kind === 'container' && before.length > 0
    ? { ...step, needs: [...step.needs, ...before] }
    : step
}
