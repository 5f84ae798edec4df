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
  if (kind !== undefined && name !== undefined) return `${kind} ${name}`
  return builtIn(value) ?? inJson(value)
}

/** What an object is that is neither a record nor a list, such as `a Map`: JSON shows nothing of what it holds. */
export function builtIn(value: object): string | undefined {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1)
  if (tag === 'Object' || tag === 'Array') return undefined
  return `${/^[AEIO]/.test(tag) ? 'an' : 'a'} ${tag}`
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
