import { oneLine } from './text/one-line.ts'
import { isMark, isSecret, type Text } from './secret/index.ts'

/** One field that differs, as shown to people: never holds a secret. */
export interface Change {
  /** `content`, `env.PORT`, `image`. */
  readonly field: string
  /** What is there; undefined for nothing. */
  readonly from: string | undefined
  /** What should be there; undefined for nothing. */
  readonly to: string | undefined
  /** How it came to differ, nearest cause first: `user.jar`, `services/user/User.java`. */
  readonly because?: readonly string[]
}

/** A change, or none where both sides are equal. */
export function changeOf(
  field: string,
  from: string | undefined,
  to: string | undefined,
  because: readonly string[] = [],
): readonly Change[] {
  if (from === to) return []
  return [because.length > 0 ? { field, from, to, because } : { field, from, to }]
}

/** The changes between two records of texts, one a key: `env.PORT`. */
export function changesOf(
  field: string,
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): readonly Change[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  return keys.flatMap((key) => changeOf(`${field}.${key}`, from[key], to[key]))
}

const shown = (text: string | undefined): string => {
  if (text === undefined) return 'none'
  const line = isMark(text) ? '[secret]' : oneLine(text)
  return line.length > 60 ? `${line.slice(0, 57)}…` : line
}

/** `env.PORT: 7000 → 7001 ← user.jar ← User.java`. */
export function showChange({ field, from, to, because = [] }: Change): string {
  const cause = because.map((step) => ` ← ${step}`).join('')
  return from === undefined && to === undefined
    ? `${oneLine(field)}${cause}`
    : `${oneLine(field)}: ${shown(from)} → ${shown(to)}${cause}`
}

/** A text as a change shows it. */
export const plainText = (text: Text): string => (isSecret(text) ? '[secret]' : text)
