import { createHash } from 'node:crypto'

/** A SHA-256 in hex. */
export type Digest = string

/** The digest of bytes or of UTF-8 text. */
export const digestOf = (content: string | Uint8Array): Digest =>
  createHash('sha256').update(content).digest('hex')

/** JSON with sorted keys and without undefined, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}

/** The digest of a plain value, whatever the order of its keys. */
export const digestOfValue = (value: unknown): Digest => digestOf(canonicalJson(value))

/** Enough of a digest to tell things apart on a screen or in a name. */
export const short = (digest: Digest): string => digest.replace(/^sha256:/, '').slice(0, 12)
