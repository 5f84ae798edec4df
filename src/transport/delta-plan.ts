import type { Match, Matches } from './delta-match.ts'

/** A piece of the new file: blocks of the old one, its last bytes, or bytes that have to be sent. */
export type Piece =
  | { readonly from: 'old'; readonly unit: number; readonly block: number; readonly count: number }
  | { readonly from: 'old-end'; readonly length: number }
  | { readonly from: 'new'; readonly at: number; readonly length: number }

/** Blocks that follow one another in both files. */
export interface Run extends Match {
  /** Bytes of a block. */
  readonly unit: number
  readonly count: number
}

/** Each piece costs the host a process or two. */
const mostRuns = 500

/** Joins blocks that follow one another in both files. */
export function runsOf(matches: readonly Match[], unit: number): readonly Run[] {
  const runs: Run[] = []
  for (const match of matches) {
    const last = runs.at(-1)
    const follows =
      last && last.block + last.count === match.block && last.at + last.count * unit === match.at
    if (follows) runs[runs.length - 1] = { ...last, count: last.count + 1 }
    else runs.push({ ...match, unit, count: 1 })
  }
  return runs
}

/** The pieces that make the new file, in its order; `block` is how much of both ends was compared. */
export function piecesOf(
  runs: readonly Run[],
  { sameEnd, size }: Pick<Matches, 'sameEnd' | 'size'>,
  block: number,
): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const { at: start, unit, block, count } of longest(runs)) {
    if (start > at) pieces.push({ from: 'new', at, length: start - at })
    pieces.push({ from: 'old', unit, block, count })
    at = start + count * unit
  }
  const end = sameEnd ? Math.min(block, size - at) : 0
  if (size - end > at) pieces.push({ from: 'new', at, length: size - end - at })
  if (end > 0) pieces.push({ from: 'old-end', length: end })
  return pieces
}

/** How much of the new file has to be sent. Bytes. */
export const bytesToSend = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + (piece.from === 'new' ? piece.length : 0), 0)

const lengthOf = ({ unit, count }: Run): number => unit * count

function longest(runs: readonly Run[]): readonly Run[] {
  if (runs.length <= mostRuns) return runs
  const kept = new Set([...runs].sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, mostRuns))
  return runs.filter((run) => kept.has(run))
}
