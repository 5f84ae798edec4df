import type { Stage } from './dockerfile.ts'
import { imageName } from './image-name.ts'

/**
 * How the stages of an image begin: base and first instruction. Images with a beginning in common have a step in common
 * that the builder can take from its cache; those with none have not, whatever follows.
 */
export function beginningsOf(stages: readonly Stage[]): readonly string[] {
  const beginnings = new Set<string>()
  /** What the stages before go on from: undefined for one that has steps of its own. */
  const bases = new Map<string, string | undefined>()
  for (const { base, name, steps } of stages) {
    const own = base.toLowerCase()
    const from = bases.has(own) ? bases.get(own) : imageName(base)
    const first = steps[0]
    if (first && from !== undefined) {
      // As it is written: what a value stands for there is the base's or the same default, hence alike for both.
      beginnings.add(`${from} ${first.keyword} ${first.rest.replaceAll(/\s+/g, ' ')}`)
    }
    if (name !== undefined) bases.set(name, first ? undefined : from)
  }
  return [...beginnings]
}
