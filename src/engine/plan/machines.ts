import { onceEach } from '../../core/async/once.ts'
import { ProvisionError } from '../../core/error.ts'
import { createClaims } from '../../core/graph/claim.ts'
import type { HostPort } from '../../core/host.ts'
import type { Resource } from '../../core/resource.ts'
import { isOneMachine } from '../../transport/one-machine.ts'

/** A host that has answered. */
interface Answering {
  readonly host: HostPort
  /** What it says of the machine that it is; undefined where it cannot tell. */
  readonly machine: string | undefined
  readonly resources: readonly Resource[]
}

/**
 * Refuses hosts of a run that are one machine where both would have the same thing there, which each would take for its own.
 * @throws ProvisionError `conflict` that names both, and what it is
 */
export type Machines = (answering: Answering, signal: AbortSignal) => Promise<void>

export function createMachines(): Machines {
  const take = createClaims<{ readonly host: HostPort; readonly resource: Resource }>()
  return async ({ host, machine, resources }, signal) => {
    if (machine === undefined) return
    const areOne = onceEach((other: HostPort) => isOneMachine(other, host, signal))
    const clashes = resources.flatMap((resource) => {
      const [clash] = resource.claims.flatMap((claim) => {
        const other = take(machine, claim, { host, resource })
        return other === undefined || other.host.name === host.name ? [] : [{ other: other.host, claim }]
      })
      return clash ?? []
    })
    for (const { other } of clashes) {
      if (!(await areOne(other))) continue
      const both = clashes.flatMap((clash) => (clash.other === other ? [clash.claim] : []))
      throw sharing([other.name, host.name], both)
    }
  }
}

/** Of many things, the first ones tell enough. */
const mostShown = 3

function sharing(names: readonly string[], claims: readonly string[]): ProvisionError {
  const more = claims.length > mostShown ? [`${claims.length - mostShown} more`] : []
  const what = [...claims.slice(0, mostShown), ...more].join(', ')
  const hosts = names.toSorted().join(' and ')
  return new ProvisionError('conflict', `${hosts} are one machine, and both have ${what} there`, {
    help: 'let each host of the playbook be a machine of its own, or take what both have from one of them',
  })
}
