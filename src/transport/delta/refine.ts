import type { Match } from './match.ts'
import { bytesToSend, type Piece, type MatchRun } from './plan.ts'
import type { Signature } from './signature.ts'
import { isVerySlow } from '../link/facts.ts'

/** A part of the old file, in fine blocks. */
export interface Range {
  /** The number of its first block, counted from the start of the file. */
  readonly first: number
  readonly count: number
}

/** What to ask about the parts of the old file that have found no place in the new one. */
export interface Question {
  /** Bytes; a part of the coarse block. */
  readonly block: number
  readonly ranges: readonly Range[]
}

/** Bytes of a block at least: below, its checksum costs too much. */
const leastBlock = 512
/** What a host has to do for one: it makes a file of it, sums it up twice and removes it. Seconds. */
const partTime = 0.000_03
/** With less to send, another round trip costs more than it saves. Bytes. */
const leastToSend = 8_192
/** So many lines of a script at most. */
const mostRanges = 300

/**
 * What is worth asking once whole blocks are found: about the blocks of the old file that are not in the new one, in parts
 * so small that their checksums (7 bytes each, and what the link could carry while they are made) and what is sent around
 * each change (some 1.5 parts) are together least. Where not even one whole block was found for long, changes are taken to be as dense as that tells: entries of an archive that was
 * packed anew are shorter than blocks. Only on a very slow link, since the host then has many parts to put together.
 */
export function questionAfter(
  runs: readonly MatchRun[],
  pieces: readonly Piece[],
  { block, size }: Signature,
  { sameEnd, rate }: { readonly sameEnd: boolean; readonly rate: number | undefined },
): Question | undefined {
  const fresh = pieces.filter(({ from }) => from === 'new').length
  const toSend = bytesToSend(pieces)
  if (toSend < leastToSend) return undefined
  const unused = unusedOf(runs, Math.floor(size / block))
  const rest = sameEnd ? 0 : size % block
  const total = unused.reduce((sum, { count }) => sum + count * block, rest)
  const changes = Math.max(fresh, isVerySlow({ rate }) ? Math.min(toSend, total) / block : 0)
  const best = Math.sqrt(((7 + (rate ?? 0) * partTime) * total) / (1.5 * changes))
  const fine = Math.min(block / 2, Math.max(leastBlock, 2 ** Math.round(Math.log2(best))))
  const [perBlock, inRest] = [block / fine, Math.floor(rest / fine)]
  const ranges = unused.map(({ first, count }) => ({ first: first * perBlock, count: count * perBlock }))
  if (inRest > 0) ranges.push({ first: Math.floor(size / block) * perBlock, count: inRest })
  if (ranges.length === 0 || ranges.length > mostRanges) return undefined
  return { block: fine, ranges }
}

function unusedOf(runs: readonly MatchRun[], blocks: number): Range[] {
  const used = new Uint8Array(blocks)
  for (const { block, count } of runs) used.fill(1, block, block + count)
  const ranges: Range[] = []
  for (let at = used.indexOf(0); at >= 0;) {
    const end = used.indexOf(1, at)
    const stop = end < 0 ? blocks : end
    ranges.push({ first: at, count: stop - at })
    at = end < 0 ? -1 : used.indexOf(0, end)
  }
  return ranges
}

/** How many checksums answer a question. */
export const sumsAsked = ({ ranges }: Question): number => ranges.reduce((sum, { count }) => sum + count, 0)

/** No block has it. */
const nowhere = ''

/**
 * A signature of parts: between two of them, and for the end, stands a block that nothing is equal to, so that blocks which
 * follow one another in it do so in the file.
 */
export function partsAsSignature(
  { block, ranges }: Question,
  size: number,
  sums: Int32Array,
  digests: readonly string[],
): Signature {
  let at = 0
  const parts = ranges.map(({ count }) => {
    const part = {
      sums: [...sums.subarray(at, at + count), 0],
      digests: [...digests.slice(at, at + count), nowhere],
    }
    at += count
    return part
  })
  return {
    block,
    size,
    sums: Int32Array.from(parts.flatMap((part) => part.sums)),
    digests: parts.flatMap((part) => part.digests),
  }
}

/** Matches with such a signature, as the numbers of blocks in the file. */
export function inFile(matches: readonly Match[], { ranges }: Question): readonly Match[] {
  const numbers = ranges.flatMap(({ first, count }) => Array.from({ length: count + 1 }, (_, i) => first + i))
  return matches.map(({ at, block }) => ({ at, block: numbers[block] ?? 0 }))
}
