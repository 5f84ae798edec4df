import type { Match } from './match.ts'
import { sumsAsked, type Question, type Range } from './refine.ts'

/** A question about less is answered at once. Bytes. */
const leastAsked = 4_194_304
/** Spread evenly over all. */
const places = 16
/** Parts in a row, because what two files have in common is longer than one. */
const mostInRow = 32
/** Of what is asked. */
const mostShare = 1 / 8
/** With less of a sample found, a few processes more for each part take longer than they save. A share. */
const leastFound = 1 / 4

/** A small part of a large question, from which can be told whether the rest is worth asking. */
export function sampleOf(question: Question): Question | undefined {
  const { block, ranges } = question
  const total = sumsAsked(question)
  const inRow = Math.min(mostInRow, Math.floor((total * mostShare) / places))
  if (total * block < leastAsked || inRow === 0) return undefined
  const step = total / places
  const found: Range[] = []
  let place = 0
  let before = 0
  for (const { first, count } of ranges) {
    for (; place < places; place++) {
      const at = Math.floor((place + 0.5) * step) - before
      if (at >= count) break
      found.push({ first: first + at, count: Math.min(inRow, count - at) })
    }
    before += count
  }
  return { block, ranges: found }
}

/** Whether so much of a sample has been found that the rest will be found as well. */
export const isWorthAsking = (matches: readonly Match[], sample: Question): boolean =>
  new Set(matches.map(({ block }) => block)).size >= sumsAsked(sample) * leastFound
