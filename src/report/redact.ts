import type { Event } from '../core/event.ts'

/** Masks secrets in every text of an event, before it is shown or turned into JSON, where escapes could hide them. */
export function redactEvent(event: Event, redact: (text: string) => string): Event {
  if (event.event !== 'planned') return deep(event, redact)
  // Nobody is shown the actions of a plan, and they can hold the content of thousands of files.
  const steps = event.plan.steps.map((step) => ({ ...step, actions: [], undo: [] }))
  return deep({ ...event, plan: { ...event.plan, steps } }, redact)
}

function deep<T>(value: T, redact: (text: string) => string): T
function deep(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((inner: unknown) => deep(inner, redact))
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date || value instanceof Map) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner, redact)]))
}
