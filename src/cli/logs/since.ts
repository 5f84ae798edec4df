import { durationOf } from '../../core/text/duration.ts'
import { ProvisionError } from '../../core/error.ts'

/** ISO 8601, in full: a day, a minute or more of it, and the zone. Without a zone it is that of who writes. */
const isoTime = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/

/**
 * The time since which is asked: so long ago, or then. Seconds since 1970.
 * @param now milliseconds since 1970
 * @throws ProvisionError `usage` when it is neither
 */
export function sinceOf(text: string, now: number): number {
  const ago = durationOf(text)
  const time = ago === undefined ? timeOf(text) : Math.max(0, now - ago)
  if (time !== undefined) return time / 1_000
  throw new ProvisionError('usage', `--since: ${JSON.stringify(text)} is not a time`, {
    help: 'write it like 30s, 5m, 1h or 2026-01-31T12:00:00Z',
  })
}

function timeOf(text: string): number | undefined {
  const [, day, clock] = isoTime.exec(text) ?? []
  if (day === undefined || !isDay(day)) return undefined
  // JavaScript takes a day alone for one of UTC.
  const time = Date.parse(clock === undefined ? `${text}T00:00` : text)
  return Number.isNaN(time) ? undefined : time
}

/** JavaScript takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}
