import { buildId, type Build } from '../../core/build/index.ts'
import { canonicalJson } from '../../core/digest.ts'
import { ProvisionError } from '../../core/error.ts'

/**
 * Collects builds with all that they need, by id.
 * @throws ProvisionError `playbook` when two builds of one id say different things
 */
export function closureOf(
  builds: readonly Build[],
  needsOf: (build: Build) => readonly Build[],
): Map<string, Build> {
  const all = new Map<string, Build>()
  const add = (build: Build): void => {
    const id = buildId(build)
    const known = all.get(id)
    if (known && known !== build && canonicalJson(known) !== canonicalJson(build)) {
      throw new ProvisionError('playbook', `${id} is declared twice, in different ways`, {
        help: 'declare it once and use that in both places, or give one of them another name',
      })
    }
    if (known) return
    all.set(id, build)
    needsOf(build).forEach(add)
  }
  builds.forEach(add)
  return all
}

/**
 * Makes sure that no build needs itself.
 * @throws ProvisionError `playbook` that prints the cycle
 */
export function refuseCycle(ids: Iterable<string>, needsOf: (id: string) => readonly string[]): void {
  const done = new Set<string>()
  const visit = (id: string, trail: readonly string[]): void => {
    if (done.has(id)) return
    const start = trail.indexOf(id)
    if (start >= 0) {
      const cycle = [...trail.slice(start), id].join(' → ')
      throw new ProvisionError('playbook', `these builds need each other in a circle: ${cycle}`, {
        help: 'take one of these `FROM`, `needs` or `in` away',
      })
    }
    for (const need of needsOf(id)) visit(need, [...trail, id])
    done.add(id)
  }
  for (const id of ids) visit(id, [])
}
