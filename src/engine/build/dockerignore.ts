import { posix } from 'node:path'
import { ProvisionError } from '../../core/error.ts'

/** Which paths of a build context stay out of it. */
export interface Ignore {
  /** Whether a path, relative to the context with `/`, stays out. */
  (path: string): boolean
  /** Whether something below a folder that stays out may still be wanted. */
  readonly hasExceptions: boolean
}

/**
 * Reads a `.dockerignore`: Go's `filepath.Match` patterns with `**`, the last line that matches decides.
 * @param file how it is called in errors
 * @throws ProvisionError `playbook` for a pattern that is none, which Docker refuses as well
 */
export function parseDockerignore(text: string, file = '.dockerignore'): Ignore {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, i) => (line.startsWith('#') ? [] : ruleOf(line.trim(), `${file}:${i + 1}`)))
  return Object.assign(
    (path: string) => rules.reduce((out, { matches, keeps }) => (matches.test(path) ? !keeps : out), false),
    { hasExceptions: rules.some(({ keeps }) => keeps) },
  )
}

function ruleOf(line: string, place: string): { matches: RegExp; keeps: boolean }[] {
  const keeps = line.startsWith('!')
  const pattern = posix.normalize((keeps ? line.slice(1).trim() : line) || '.').replace(/^\/+|\/+$/g, '')
  if (pattern === '' || pattern === '.') return []
  // A pattern that matches a folder matches all that is in it.
  try {
    return [{ matches: new RegExp(`^${source(pattern)}(?:/.*)?$`, 's'), keeps }]
  } catch (error) {
    throw new ProvisionError('playbook', `${place}: ${line} is not a pattern`, {
      help: 'write a range of letters in their order, like [a-z]',
      cause: error,
    })
  }
}

const tokens = /\*\*\/|\*\*|\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|([^])/g

function source(pattern: string): string {
  return pattern.replaceAll(tokens, (...groups: unknown[]) => {
    const [token, negated, set, escaped, other] = groups.map((group) =>
      typeof group === 'string' ? group : '',
    )
    if (token === '**/') return '(?:.*/)?'
    if (token === '**') return '.*'
    if (token === '*') return '[^/]*'
    if (token === '?') return '[^/]'
    if (set) return `[${negated ? '^' : ''}${set.replaceAll('[', '\\[')}]`
    return literal(escaped || other || '')
  })
}

const literal = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')
