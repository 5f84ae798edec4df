import type { Event } from '../core/event.ts'
import { planJson } from '../core/plan.ts'
import type { Output } from './output.ts'
import type { Report } from './report.ts'

/** One JSON event a line on stdout, and nothing else. */
export function jsonReport(stdout: Output): Report {
  return {
    emit: (event) => {
      // Only a profile is made of these, which is told as a whole.
      if (event.event !== 'timed') stdout.write(`${inAscii(JSON.stringify(external(event)))}\n`)
    },
    show: () => undefined,
    close: () => stdout.flush(),
  }
}

/** Some terminals obey control characters that JSON leaves as they are. */
const inAscii = (json: string): string =>
  json.replace(
    /[\u007f-\u009f]|\p{Bidi_Control}/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The part of an event that other programs read. */
function external(event: Event): object {
  switch (event.event) {
    case 'planned':
      return { event: event.event, plan: planJson(event.plan) }
    case 'finished': {
      const { ok, changed, unchanged, failed, durationMs, again } = event
      const counts = { ok, changed, unchanged, failed, durationMs: Math.round(durationMs) }
      return { event: event.event, ...counts, ...(again && { again }) }
    }
    default:
      return event
  }
}
