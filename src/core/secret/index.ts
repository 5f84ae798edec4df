import { inspect } from 'node:util'
import { digestOf, type Digest } from '../digest.ts'

const hidden = Symbol.for('provision.secret')
const origin = Symbol.for('provision.secret.origin')
const lacking = Symbol.for('provision.secret.lacking')

/** A text that never shows: `[secret]` in plans, logs, JSON, errors and labels. Only transports reveal it. */
export interface Secret {
  readonly [hidden]: () => string
  /** The secrets that it was put together from; none for one that was given. */
  readonly [origin]: () => readonly Secret[]
  toJSON(): string
  toString(): string
}

/** A text that may be secret. */
export type Text = string | Secret

const mask = '[secret]'

/** Whether a text may have been made of a secret without `text`; without secrets it is whatever its author meant. */
export const holdsMask = (text: string): boolean => made.size > 0 && text.includes(mask)

/**
 * What was ever made a secret in this process. A mistake in a playbook can be told before its resources are known, and what
 * an edit takes out of it must still not show.
 */
const made = new Set<string>()

export const valuesMade = (): ReadonlySet<string> => made

/**
 * Hides a text. Use it for passwords and keys, and `text` to put it into longer texts, which are then secret too. One of
 * fewer than 4 characters is masked in output only where it stands alone.
 */
export function secret(value: string): Secret {
  // No compiler has looked at a playbook: what is not a text is refused where it is used.
  if (typeof value === 'string' && value !== '') made.add(value)
  return hide(() => value, [])
}

/** A longer text with secrets in it. */
export const secretFrom = (value: string, parts: readonly Secret[]): Secret => hide(() => value, parts)

/** A secret that nobody has given: what only lists resources does without it, and whoever reveals it is told what is lacking. */
export const lackingSecret = (lack: () => Error): Secret =>
  Object.freeze({
    ...hide(() => {
      throw lack()
    }, []),
    [lacking]: true,
  })

/** Whether a value is a secret that nobody has given. */
export const isLacking = (value: unknown): boolean => isSecret(value) && lacking in value

/** The given secrets within a secret, as texts. */
export function partsOf(value: Secret): readonly string[] {
  const parts = value[origin]()
  return parts.length === 0 ? [reveal(value)] : parts.flatMap(partsOf)
}

function hide(read: () => string, parts: readonly Secret[]): Secret {
  return Object.freeze({
    [hidden]: read,
    [origin]: () => parts,
    [inspect.custom]: () => mask,
    toJSON: () => mask,
    toString: () => mask,
  })
}

export const isSecret = (value: unknown): value is Secret =>
  typeof value === 'object' && value !== null && hidden in value

/** The text itself. To be called where it leaves for a host and nowhere else. */
export const reveal = (value: Text): string => (isSecret(value) ? value[hidden]() : value)

/** What may be shown or stored of a text: itself, or for a secret a digest by which a change can be noticed. */
export const showable = (value: Text): string => (isSecret(value) ? markOf(reveal(value)) : value)

/** Begins with a character that no environment variable can hold, so that nothing else is taken for one. */
const marked = '\0secret:'

/** What stands for a text that must not show; the text itself becomes no secret by that. */
export const markOf = (value: string): string => `${marked}${fingerprint(value)}`

/** Whether a text stands for one that must not show. */
export const isMark = (text: string): boolean => text.startsWith(marked)

/** A text that an older version has stored: its marks lack the first character. */
export const withMark = (text: string): string => (/^secret:[0-9a-f]{32}$/.test(text) ? `\0${text}` : text)

/** Salted by purpose, so that the digest is not the one that lists of known digests hold. */
export const fingerprint = (value: string): Digest => digestOf(`provision secret\0${value}`).slice(0, 32)

/** All secrets inside a plain value, however deep. */
export function secretsIn(value: unknown): Secret[] {
  if (isSecret(value)) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(secretsIn)
}
