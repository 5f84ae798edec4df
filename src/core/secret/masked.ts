import { isPlain, isRef } from '../ref.ts'
import { holdsMask } from './index.ts'

/** What is wrong with a text into which a secret was put without `text`. */
export const maskedText =
  'holds "[secret]", what a secret shows in its place; write text`…` (with backticks) to put a secret into a text'

/**
 * Where in plain data a text stands that was made of a secret without `text`, and what is wrong with it: the host would be
 * given the mask. Undefined when there is none.
 * @param at the field that holds the data; '' for a record of options
 */
export function maskedProblem(value: unknown, at = ''): string | undefined {
  if (typeof value === 'string') return holdsMask(value) ? `${at}: ${maskedText}` : undefined
  if (isRef(value) || !isPlain(value)) return undefined
  const path = (key: string) => (Array.isArray(value) ? `${at}[${key}]` : at === '' ? key : `${at}.${key}`)
  for (const [key, inner] of Object.entries(value)) {
    const problem = maskedProblem(inner, path(key))
    if (problem !== undefined) return problem
  }
  return undefined
}
