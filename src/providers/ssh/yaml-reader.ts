import { isAlias, isMap, isScalar, isSeq, type Document, type Node } from 'yaml'
import { shownValue } from '../../core/text/shown-value.ts'
import { didYouMean } from '../../core/text/suggest.ts'

/** Something wrong at a place in a file. */
export interface Problem {
  readonly offset: number
  readonly message: string
  readonly help?: string | undefined
}

/** Takes a YAML document apart and notes what is not as it should be. */
export interface Reader {
  readonly root: Node | null
  /** The keys of a mapping; none where there is something else. */
  keys(node: Node): readonly string[]
  /** The values of a mapping by key; notes keys that are not known. */
  map(node: Node | null, what: string, known: readonly string[]): Readonly<Record<string, Node>>
  /** A plain value; an alias to one counts as one. Undefined (not noted) where there is something else. */
  plain(node: Node): unknown
  /** The elements of a list; undefined where there is something else. */
  list(node: Node): readonly Node[] | undefined
  /** What stands there, as messages show it. */
  shown(node: Node): string
  problem(node: Node | null, message: string, help?: string): void
}

export function reader(document: Document.Parsed, problems: Problem[]): Reader {
  const problem: Reader['problem'] = (node, message, help) => {
    problems.push({ offset: node?.range?.[0] ?? 0, message, help })
  }
  // Only aliases to plain values are followed, so no file can unfold to more than it holds.
  const named = (node: Node): unknown => (isAlias(node) ? node.resolve(document) : node)
  return {
    root: document.contents,
    problem,
    plain: (node) => {
      const value = named(node)
      return isScalar(value) ? value.value : undefined
    },
    shown: (node) => {
      const value = named(node)
      if (isScalar(value)) return shownValue(value.value)
      return isSeq(value) ? 'a list' : 'a mapping'
    },
    list: (node) => (isSeq<Node>(node) ? node.items : undefined),
    keys: (node) => (isMap<Node, Node | null>(node) ? node.items.map(({ key }) => nameOf(key)) : []),
    map(node, what, known) {
      const found: Record<string, Node> = {}
      if (!isMap<Node, Node | null>(node)) {
        problem(node, `${what} must be a mapping of ${known.slice(0, 3).join(', ')}`)
        return found
      }
      for (const { key, value } of node.items) {
        const name = nameOf(key)
        if (!known.includes(name)) {
          problem(key, `unknown key ${JSON.stringify(name)} in ${what}`, didYouMean(name, known))
        } else if (value === null) {
          problem(key, `${what}.${name} has no value`)
        } else {
          found[name] = value
        }
      }
      return found
    },
  }
}

const nameOf = (key: Node): string => (isScalar(key) ? String(key.value) : '')
