import { inspect } from 'node:util'
import { digestOf, type Digest } from './digest.ts'

const hidden = Symbol.for('provision.secret')

/** A text that never shows: `[secret]` in plans, logs, JSON, errors and labels. Only transports reveal it. */
export interface Secret {
  readonly [hidden]: () => string
  toJSON(): string
  toString(): string
}

/** A text that may be secret. */
export type Text = string | Secret

const mask = '[secret]'

/** Hides a text. Use it for passwords and keys, and `text` to put it into longer texts, which are then secret too. */
export function secret(value: string): Secret {
  return Object.freeze({
    [hidden]: () => value,
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
export const showable = (value: Text): string => (isSecret(value) ? `secret:${fingerprint(value)}` : value)

/** Salted by purpose, so that the digest is not the one that lists of known digests hold. */
const fingerprint = (value: Secret): Digest => digestOf(`provision secret\0${reveal(value)}`).slice(0, 32)

/** All secrets inside a plain value, however deep. */
export function secretsIn(value: unknown): Secret[] {
  if (isSecret(value)) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(secretsIn)
}

/** A function that masks these secrets wherever they occur in a text, longest first. */
export function redactor(secrets: Iterable<Secret>): (text: string) => string {
  const values = [...new Set([...secrets].map(reveal))]
    .filter((value) => value.length > 0)
    .flatMap((value) => [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)])
    .sort((a, b) => b.length - a.length)
  return (text) => values.reduce((shown, value) => shown.replaceAll(value, mask), text)
}
