import type { Event } from '../core/event.ts'
import { isMark } from '../core/secret/index.ts'

type Redact = (text: string) => string

/** Masks secrets in every text of an event, before it is shown or turned into JSON, where escapes could hide them. */
export function redactEvent(event: Event, redact: Redact): Event {
  // What stands for a secret shows whether a guess of it is right.
  const hide: Redact = (text) => (isMark(text) ? '[secret]' : redact(text))
  if (event.event !== 'planned') return mapTexts(event, hide)
  // Nobody is shown the actions of a plan, and they can hold the content of thousands of files.
  const steps = event.plan.steps.map((step) => ({ ...step, actions: [], undo: [] }))
  return mapTexts({ ...event, plan: { ...event.plan, steps } }, hide)
}

/** Words of ours, by which programs tell events apart: a password that is such a word must not break them. */
const ours: ReadonlySet<string> = new Set(['event', 'phase', 'level', 'unit', 'code', 'kind', 'operation'])

/** Changes every text in an event but for words of ours; what holds none to change is itself: events of a fleet are large. */
export function mapTexts<T>(value: T, change: (text: string) => string): T
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    let changed: unknown[] | undefined
    for (const [i, item] of items.entries()) {
      const inner = mapTexts(item, change)
      if (inner !== item) (changed ??= [...items])[i] = inner
    }
    return changed ?? items
  }
  if (value instanceof Date || value instanceof Map) return value
  const entries: readonly [string, unknown][] = Object.entries(value)
  let changed: [string, unknown][] | undefined
  for (const [i, [key, field]] of entries.entries()) {
    const inner: unknown = ours.has(key) ? field : mapTexts(field, change)
    if (inner !== field) (changed ??= [...entries])[i] = [key, inner]
  }
  return changed === undefined ? value : Object.fromEntries(changed)
}
