import { isRef } from '../ref.ts'
import { isSecret } from '../secret/index.ts'

/** Longer ones are cut; characters. */
const longest = 100

/** A value that is not what was wanted, for people and on one line: never a secret, and never an error, whatever it is. */
export function shownValue(value: unknown): string {
  if (isSecret(value)) return 'a secret'
  if (isRef(value)) return 'a reference'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const name = textIn(value, 'name') ?? textIn(value, 'ref')
  const kind = textIn(value, 'kind')
  return kind !== undefined && name !== undefined ? `${kind} ${name}` : inJson(value)
}

function textIn(value: object, field: string): string | undefined {
  const text: unknown = field in value ? Reflect.get(value, field) : undefined
  return typeof text === 'string' ? text : undefined
}

/** Data may hold a circle, or a reference, which has no JSON. */
function inJson(value: object): string {
  try {
    const json = JSON.stringify(value)
    return json.length > longest ? `${json.slice(0, longest)}…` : json
  } catch {
    return 'an object'
  }
}
