import type { Event } from '../core/event.ts'

type Redact = (text: string) => string

/** Masks secrets in every text of an event, before it is shown or turned into JSON, where escapes could hide them. */
export function redactEvent(event: Event, redact: Redact): Event {
  if (event.event !== 'planned') return mapTexts(event, redact)
  // Nobody is shown the actions of a plan, and they can hold the content of thousands of files.
  const steps = event.plan.steps.map((step) => ({ ...step, actions: [], undo: [] }))
  return mapTexts({ ...event, plan: { ...event.plan, steps } }, redact)
}

/** Words of ours, by which programs tell events apart: a password that is such a word must not break them. */
const ours: ReadonlySet<string> = new Set(['event', 'phase', 'level', 'unit', 'code', 'kind', 'operation'])

/** Changes every text in an event but for words of ours. */
export function mapTexts<T>(value: T, change: (text: string) => string): T
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((inner: unknown) => mapTexts(inner, change))
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date || value instanceof Map) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, ours.has(key) ? inner : mapTexts(inner, change)]),
  )
}
