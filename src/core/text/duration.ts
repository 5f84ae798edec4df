import { ProvisionError } from '../error.ts'
import { shownValue } from './shown-value.ts'

/**
 * A length of time as people write it: `250ms`, `30s`, `5m`, `1h`, or a number of milliseconds. What is waited for takes 24 days
 * at most.
 */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/**
 * Milliseconds of a duration.
 * @throws ProvisionError when the text is not a positive number with a unit
 */
export function milliseconds(duration: Duration, what: string): number {
  const ms = durationOf(duration)
  if (ms !== undefined) return ms
  throw new ProvisionError('playbook', `${what}: ${shownValue(duration)} is not a length of time`, {
    help: 'write it like "250ms", "30s", "5m" or "1h"',
  })
}

/** The longest that is waited for: 24 days. A timer takes 2^31 - 1 ms, and here and there something is added. */
const longestWait = 24 * 24 * units.h

/** Whether a timer can wait so many milliseconds. */
export const fitsTimer = (ms: number): boolean => ms <= longestWait

/**
 * Milliseconds of a duration that something is to wait for.
 * @throws ProvisionError when it is none, or longer than a timer can wait
 */
export function timerLength(duration: Duration, what: string): number {
  const ms = milliseconds(duration, what)
  if (fitsTimer(ms)) return ms
  throw new ProvisionError('playbook', `${what}: ${shownValue(duration)} is longer than 24 days`, {
    help: 'give at most "576h"',
  })
}

/** Milliseconds of what may be a duration; undefined when it is none. */
export function durationOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value) : null
  const unit = match?.[2]
  return unit === 'ms' || unit === 's' || unit === 'm' || unit === 'h'
    ? Number(match?.[1]) * units[unit]
    : undefined
}

/** `0.3 s`, `12 s`, `3 min 5 s`: short, for people. */
export function showDuration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
