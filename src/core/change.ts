import { isMark } from './secret/index.ts'
import { differing } from './text/differing.ts'
import { oneLine } from './text/one-line.ts'

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

/** `env.PORT: 7000 → 7001 ← user.jar ← User.java`, on one line, whatever is in it. */
export function showChange({ field, from, to, because = [] }: Change): string {
  const cause = because.map((step) => ` ← ${oneLine(step)}`).join('')
  if (from === undefined && to === undefined) return `${oneLine(field)}${cause}`
  return `${oneLine(field)}: ${differing(shown(from), shown(to)).join(' → ')}${cause}`
}

const shown = (text: string | undefined): string => {
  if (text === undefined) return 'none'
  return isMark(text) ? '[secret]' : oneLine(text)
}
