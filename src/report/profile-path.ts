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
export function criticalPath(profile: Profile): readonly Stretch[] {
  const { spans, needs, end } = profile
  const parts = spans.filter(({ kind }) => kind !== 'phase')
  const path: Stretch[] = []
  let now = end
  let current: Span | undefined
  while (now > moment) {
    const before = lastOf(needed(current, parts, needs), now) ?? lastOf(parts, now)
    const from = before ? Math.min(before.end, now) : 0
    if (now - from > moment) path.push(...gaps(profile, from, now))
    if (!before) break
    const { name, host, start } = before
    path.push({ name, host, start, end: from })
    now = start
    current = before
  }
  return path.reverse().filter((stretch) => stretch.end - stretch.start > moment)
}

/** The one that ended last, of those that were over at a time and not begun at it. */
function lastOf(spans: readonly Span[], now: number): Span | undefined {
  const over = spans.filter(({ start, end }) => end <= now + moment && start < now)
  return over.reduce<Span | undefined>(
    (last, span) => (last && last.end >= span.end ? last : span),
    undefined,
  )
}

function needed(span: Span | undefined, parts: readonly Span[], needs: Profile['needs']): readonly Span[] {
  const ids = new Set(span?.kind === 'task' ? needs.get(span.id) : [])
  return parts.filter(({ kind, id }) => kind === 'task' && ids.has(id))
}

/** A time in which nothing is known to have run, by phases, the last first. */
function gaps({ spans }: Profile, from: number, to: number): readonly Stretch[] {
  const phases = spans.filter(({ kind, start, end }) => kind === 'phase' && start < to && end > from)
  const marks = phases.flatMap(({ start, end }) => [start, end]).filter((at) => at > from && at < to)
  const edges = [...new Set([from, ...marks, to])].sort((a, b) => b - a)
  return edges.slice(1).map((start, i) => {
    const end = edges[i] ?? to
    const under = phases.findLast((phase) => phase.start <= start && phase.end >= end)
    return { name: under?.name ?? 'provision itself', host: undefined, start, end }
  })
}
