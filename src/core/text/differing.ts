/** Longer texts are cut; characters. */
const longest = 60

/** What is shown of the beginning, which is enough where a difference shows in it before its last few. */
const head = 57
const fewest = 12

/** What is shown around a difference further on, so that both sides have room on one line of a terminal. */
const around = { before: 12, after: 20 }

/** Two texts that differ, long ones cut so that the first difference is seen in both. */
export function differing(from: string, to: string): readonly [string, string] {
  const at = firstDifference(from, to)
  const [begin, size] = at < head - fewest ? [0, head] : [at - around.before, around.before + around.after]
  const shown = (text: string): string => (text.length > longest ? cut(text, begin, begin + size) : text)
  return [shown(from), shown(to)]
}

function firstDifference(from: string, to: string): number {
  let at = 0
  while (at < from.length && from[at] === to[at]) at++
  return at
}

/** Between whole characters as people see them, each of which may be several of a computer's. */
function cut(text: string, begin: number, end: number): string {
  const characters = new Intl.Segmenter().segment(text)
  const edge = (at: number): number => characters.containing(at)?.index ?? text.length
  const [from, to] = [edge(begin), edge(end)]
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`
}
