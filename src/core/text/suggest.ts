/** The edit distance of Damerau and Levenshtein (optimal string alignment): insert, delete, replace, swap neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

/** The known word that was probably meant; undefined when none is near enough to be worth naming. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const lower = word.toLowerCase()
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: { word: string; far: number } | undefined
  for (const candidate of known) {
    const text = candidate.toLowerCase()
    const far = lower.length > 1 && text.startsWith(lower) ? 0.5 : distance(lower, text)
    if (far <= limit && (!best || far < best.far)) best = { word: candidate, far }
  }
  return best?.word
}

/** More are no help to somebody who reads them. */
const mostTold = 30

/** A help line for a wrong word: the nearest right one, and all there are. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  const more = known.length > mostTold ? ` and ${known.length - mostTold} more` : ''
  const all = known.length > 0 ? `known: ${known.slice(0, mostTold).join(', ')}${more}` : 'there are none'
  return near === undefined ? all : `did you mean ${JSON.stringify(near)}? (${all})`
}
