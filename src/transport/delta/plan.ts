import type { Match, Matches } from './match.ts'

/** A piece of the new file: blocks of the old one, its last bytes, or bytes that have to be sent. */
export type Piece =
  | { readonly from: 'old'; readonly unit: number; readonly block: number; readonly count: number }
  | { readonly from: 'old-end'; readonly length: number }
  | { readonly from: 'new'; readonly at: number; readonly length: number }

/** Blocks that follow one another in both files. */
export interface MatchRun extends Match {
  /** Bytes of a block. */
  readonly unit: number
  readonly count: number
}

/** Parts of the old file that are taken at any rate: each costs the host two processes, with the new bytes before it. */
const alwaysRuns = 500
/** With a slow link so many at most: their script and their processes are to stay in bounds. */
const mostRuns = 4_000
/** What those two processes take on a host that has other work, too. Seconds. */
const runTime = 0.004

/** Joins blocks that follow one another in both files. */
export function runsOf(matches: readonly Match[], unit: number): readonly MatchRun[] {
  const runs: MatchRun[] = []
  for (const match of matches) {
    const last = runs.at(-1)
    const follows =
      last && last.block + last.count === match.block && last.at + last.count * unit === match.at
    if (follows) runs[runs.length - 1] = { ...last, count: last.count + 1 }
    else runs.push({ ...match, unit, count: 1 })
  }
  return runs
}

/**
 * Those that save more time than they cost: the longest few, and others that the link needs longer for than the host.
 * @param rate of the link, in bytes a second
 */
export function worthTaking(runs: readonly MatchRun[], rate: number | undefined): readonly MatchRun[] {
  if (runs.length <= alwaysRuns) return runs
  const least = rate === undefined ? Infinity : rate * runTime
  const longest = [...runs].sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, mostRuns)
  const kept = new Set(longest.filter((run, i) => i < alwaysRuns || lengthOf(run) >= least))
  return runs.filter((run) => kept.has(run))
}

/** The pieces that make the new file, in its order; `block` is how much of both ends was compared. */
export function piecesOf(
  runs: readonly MatchRun[],
  { sameEnd, size }: Pick<Matches, 'sameEnd' | 'size'>,
  block: number,
): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const { at: start, unit, block, count } of runs) {
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

const lengthOf = ({ unit, count }: MatchRun): number => unit * count
