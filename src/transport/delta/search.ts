import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { Digest } from '../../core/digest.ts'
import { findMatches, indexBlocks, type Match, type Matches } from './match.ts'
import { bytesToSend, piecesOf, runsOf, worthTaking, type Piece, type MatchRun } from './plan.ts'
import { inFile, partsAsSignature, questionAfter, type Question } from './refine.ts'
import { isWorthAsking, sampleOf } from './sample.ts'
import type { Signature } from './signature.ts'
import { bytesOf } from '../files/bytes.ts'

/** Searches of a run: hosts whose former file is the same share the work. */
export type Searches = Map<string, Promise<readonly Matches[]>>

/** While a run stays open for long. */
const mostKept = 64

export interface Search {
  /** The new file. */
  readonly file: FileHandle
  readonly digest: Digest
  readonly searches: Searches
  /** Has the host answer a question; undefined when it cannot. */
  readonly ask: (question: Question) => Promise<Pick<Signature, 'sums' | 'digests'> | undefined>
  /** How fast the link is, where so many bytes are left to send. Bytes a second; undefined when that is not known. */
  readonly rateFor: (toSend: number) => Promise<number | undefined>
  readonly signal: AbortSignal
}

/** A part of the new file. */
interface Span {
  readonly at: number
  readonly length: number
}

/** What makes the new file, found in whole blocks first and then in parts of those that found no place. */
export async function searchPieces(
  signature: Signature,
  search: Search,
): Promise<{ readonly pieces: readonly Piece[]; readonly size: number }> {
  const { block, size: oldSize } = signature
  const [whole] = await matchesIn(signature, [{ at: 0, length: Infinity }], search)
  if (!whole) throw new Error('a search of one part gives one result')
  const { blocks, size, sameEnd } = whole
  const runs = runsOf(blocks, block)
  const coarse = piecesOf(runs, whole, block)
  const rate = await search.rateFor(bytesToSend(coarse))
  const question = questionAfter(runs, coarse, signature, { sameEnd, rate })
  const made = (all: readonly MatchRun[]) => ({
    pieces: piecesOf(worthTaking(all, rate), whole, block),
    size,
  })
  const spans = coarse.filter((piece) => piece.from === 'new')
  const findParts = async (asked: Question): Promise<readonly Matches[]> => {
    const answer = await search.ask(asked)
    if (!answer) return []
    return matchesIn(partsAsSignature(asked, oldSize, answer.sums, answer.digests), spans, search)
  }
  if (!question) return made(runs)
  const sample = sampleOf(question)
  if (sample) {
    const found = await findParts(sample)
    if (
      !isWorthAsking(
        found.flatMap(({ blocks: some }) => some),
        sample,
      )
    )
      return made(runs)
  }
  const found = await findParts(question)
  const fine = found.flatMap((matches, i) => {
    const from = spans[i]?.at ?? 0
    const moved = inFile(matches.blocks, question).map((match): Match => ({ ...match, at: match.at + from }))
    return runsOf(moved, question.block)
  })
  return made([...runs, ...fine].sort((a, b) => a.at - b.at))
}

async function matchesIn(
  signature: Signature,
  spans: readonly Span[],
  { file, digest, searches, signal }: Search,
): Promise<readonly Matches[]> {
  const key = keyOf(digest, signature)
  const there = searches.get(key)
  if (there) return there
  const work = async (): Promise<readonly Matches[]> => {
    const found: Matches[] = []
    const index = indexBlocks(signature)
    for (const { at, length } of spans)
      found.push(await findMatches(unlessAborted(bytesOf(file, at, length), signal), index))
    return found
  }
  const searching = work()
  searches.set(key, searching)
  const [oldest] = searches.keys()
  if (searches.size > mostKept && oldest !== undefined) searches.delete(oldest)
  // Whoever comes later reads for itself.
  searching.catch(() => searches.delete(key))
  return searching
}

/** What is searched for says also where, since that follows from the search before. */
function keyOf(digest: Digest, { block, size, sums, digests }: Signature): string {
  const hash = createHash('sha256').update(`${digest} ${block} ${size} `)
  return hash.update(sums).update(digests.join(' ')).digest('hex')
}

/** A search through gigabytes takes seconds. */
async function* unlessAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  for await (const item of items) {
    signal.throwIfAborted()
    yield item
  }
}
