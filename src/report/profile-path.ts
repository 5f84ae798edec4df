import type { Profile, Span } from './profile.ts'

/** A part of the way from the begin of a run to its end, on which nothing could be shorter without the run being so. */
export interface Stretch {
  readonly name: string
  readonly host: string | undefined
  readonly start: number
  readonly end: number
}

/** What begins so soon after something has ended was waiting for it; and no shorter stretch is worth a line. Milliseconds. */
const moment = 2

/**
 * The critical path, walked back from the end: what a step of the plan needed and got last, else what ended last before
 * it began. Where nothing is known to have run, the phase is told that was under way.
 */
export function criticalPath({ spans, needs, end }: Profile): readonly Stretch[] {
  const phases = spans.filter(({ kind }) => kind === 'phase')
  const parts = spans.filter(({ kind }) => kind !== 'phase')
  const lastOfAll = lastBefore(parts)
  const lastNeeded = lastNeededBefore(parts, needs)
  const path: Stretch[] = []
  let now = end
  let current: Span | undefined
  while (now > moment) {
    const before: Span | undefined = lastNeeded(current, now) ?? lastOfAll(now)
    const from = before ? Math.min(before.end, now) : 0
    if (now - from > moment) path.push(...gaps(phases, from, now))
    if (!before) break
    const { name, host, start } = before
    path.push({ name, host, start, end: from })
    now = start
    current = before
  }
  return path.reverse().filter((stretch) => stretch.end - stretch.start > moment)
}

/** Finds what ended last of those that were over at a time and not begun at it. */
type FindLast = (now: number) => Span | undefined

/** For times that go back only: each span is passed once, however often it is asked. */
function lastBefore(spans: readonly Span[]): FindLast {
  const byEnd = spans.toSorted((a, b) => b.end - a.end)
  let next = 0
  return (now) => {
    for (; next < byEnd.length; next++) {
      const span = byEnd[next]
      if (span && span.end <= now + moment && span.start < now) return span
    }
    return undefined
  }
}

/** The same of the steps that a step of the plan needed. */
function lastNeededBefore(
  parts: readonly Span[],
  needs: Profile['needs'],
): (span: Span | undefined, now: number) => Span | undefined {
  const tasks = parts.filter(({ kind }) => kind === 'task')
  const places = new Map(tasks.map((task, place) => [task, place]))
  const byId = new Map<string, Span[]>()
  for (const task of tasks) byId.set(task.id, [...(byId.get(task.id) ?? []), task])
  const found = new Map([...byId].map(([id, some]) => [id, lastBefore(some)]))
  // Of those that ended at the same time the first to begin, as everywhere.
  const later = (a: Span, b: Span) => b.end - a.end || (places.get(a) ?? 0) - (places.get(b) ?? 0)
  return (span, now) =>
    (span?.kind === 'task' ? (needs.get(span.id) ?? []) : [])
      .flatMap((id) => found.get(id)?.(now) ?? [])
      .sort(later)[0]
}

/** A time in which nothing is known to have run, by phases, the last first. */
function gaps(all: readonly Span[], from: number, to: number): readonly Stretch[] {
  const phases = all.filter(({ start, end }) => start < to && end > from)
  const marks = phases.flatMap(({ start, end }) => [start, end]).filter((at) => at > from && at < to)
  const edges = [...new Set([from, ...marks, to])].sort((a, b) => b - a)
  return edges.slice(1).map((start, i) => {
    const end = edges[i] ?? to
    const under = phases.findLast((phase) => phase.start <= start && phase.end >= end)
    return { name: under?.name ?? 'provision itself', host: undefined, start, end }
  })
}
