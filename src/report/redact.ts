import type { Event } from '../core/event.ts'

type Redact = (text: string) => string

/** Masks secrets in every text of an event, before it is shown or turned into JSON, where escapes could hide them. */
export function redactEvent(event: Event, redact: Redact): Event {
  if (event.event !== 'planned') return deep(event, redact)
  // Nobody is shown the actions of a plan, and they can hold the content of thousands of files.
  const steps = event.plan.steps.map((step) => ({ ...step, actions: [], undo: [] }))
  return deep({ ...event, plan: { ...event.plan, steps } }, redact)
}

/** Words of ours, by which programs tell events apart: a password that is such a word must not break them. */
const ours: ReadonlySet<string> = new Set(['event', 'phase', 'level', 'unit', 'code', 'kind', 'operation'])

function deep<T>(value: T, redact: Redact): T
function deep(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((inner: unknown) => deep(inner, redact))
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date || value instanceof Map) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, ours.has(key) ? inner : deep(inner, redact)]),
  )
}
