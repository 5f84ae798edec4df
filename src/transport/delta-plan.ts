import type { Match, Matches } from './delta-match.ts'
import type { Signature } from './delta-signature.ts'

/** A piece of the new file: whole blocks of the old one, its last bytes, or bytes that have to be sent. */
export type Piece =
  | { readonly from: 'old'; readonly block: number; readonly count: number }
  | { readonly from: 'old-end'; readonly length: number }
  | { readonly from: 'new'; readonly at: number; readonly length: number }

/** Each piece costs the host a process or two. */
const mostRuns = 500

interface Run extends Match {
  readonly count: number
}

/** The pieces that make the new file, in its order. */
export function piecesOf({ blocks, sameEnd, size }: Matches, { block }: Signature): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const run of longest(runsOf(blocks, block))) {
    if (run.at > at) pieces.push({ from: 'new', at, length: run.at - at })
    pieces.push({ from: 'old', block: run.block, count: run.count })
    at = run.at + run.count * block
  }
  const end = sameEnd ? Math.min(block, size - at) : 0
  if (size - end > at) pieces.push({ from: 'new', at, length: size - end - at })
  if (end > 0) pieces.push({ from: 'old-end', length: end })
  return pieces
}

/** How much of the new file has to be sent. Bytes. */
export const bytesToSend = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + (piece.from === 'new' ? piece.length : 0), 0)

/** Joins blocks that follow one another in both files. */
function runsOf(matches: readonly Match[], block: number): readonly Run[] {
  const runs: Run[] = []
  for (const match of matches) {
    const last = runs.at(-1)
    const follows =
      last && last.block + last.count === match.block && last.at + last.count * block === match.at
    if (follows) runs[runs.length - 1] = { ...last, count: last.count + 1 }
    else runs.push({ ...match, count: 1 })
  }
  return runs
}

function longest(runs: readonly Run[]): readonly Run[] {
  if (runs.length <= mostRuns) return runs
  const kept = new Set([...runs].sort((a, b) => b.count - a.count).slice(0, mostRuns))
  return runs.filter((run) => kept.has(run))
}
