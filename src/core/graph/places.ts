import { claimed } from './claim.ts'
import { ProvisionError } from '../error.ts'
import { above } from '../mirror/manifest.ts'
import { resourceTitle, type Resource } from '../resource.ts'

/** A resource with the files that it puts on its host, as far as they are known; absolute paths. */
interface Placing {
  readonly resource: Resource
  readonly files: () => readonly string[]
}

/**
 * Refuses what two resources of one host would put into each other's place at every run: a file at one path, and anything
 * below a file.
 * @throws ProvisionError `playbook` that names both
 */
export function refuseOverlaps(all: readonly Placing[]): void {
  const byRoot = new Map<string, Placing>()
  for (const one of all) for (const root of rootsOf(one)) byRoot.set(`${one.resource.host} ${root}`, one)
  for (const inner of all) {
    for (const root of rootsOf(inner)) {
      // Only below another's path can there be anything of that one.
      const outer = above(root).flatMap((path) => byRoot.get(`${inner.resource.host} ${path}`) ?? [])
      for (const other of outer) refuseOverlap(inner, root, other)
    }
  }
}

/** The paths that resources are about, by host. */
export function pathsByHost(resources: Iterable<Resource>): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, string[]>()
  for (const { host, claims } of resources) {
    const known = paths.get(host) ?? []
    known.push(...claimed('path', claims))
    paths.set(host, known)
  }
  return paths
}

const rootsOf = ({ resource }: Placing): readonly string[] => claimed('path', resource.claims)

function refuseOverlap(inner: Placing, root: string, outer: Placing): void {
  const theirs = outer.files()
  // A folder, as most are below which there is something.
  if (theirs.length === 0) return
  const problem = sharedProblem(root, inner.files(), theirs, `${outer.resource.kind} ${outer.resource.name}`)
  if (problem === undefined) return
  throw new ProvisionError('playbook', `${resourceTitle(inner.resource)}: ${problem}`, {
    help: 'give one of them another path, take it out of the playbook, or `exclude` it from the tree',
  })
}

function sharedProblem(
  root: string,
  mine: readonly string[],
  theirs: readonly string[],
  other: string,
): string | undefined {
  const [ofMine, ofTheirs] = [new Set(mine), new Set(theirs)]
  for (const path of [root, ...mine]) {
    const what = path === root ? '' : `${path}: `
    if (ofTheirs.has(path)) return `${what}${other} puts a file there as well`
    const upper = above(path).find((folder) => ofTheirs.has(folder))
    if (upper !== undefined) return `${what}lies below ${upper}, where ${other} puts a file`
  }
  for (const path of theirs) {
    const upper = above(path).find((folder) => ofMine.has(folder))
    const what = upper === undefined || upper === root ? '' : `${upper}: `
    if (upper !== undefined) return `${what}${other} puts a file below it, at ${path}`
  }
  return undefined
}
