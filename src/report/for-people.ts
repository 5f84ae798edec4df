import type { Event } from '../core/event.ts'
import { mapTexts } from './redact.ts'
import type { Report } from './report.ts'
import { cleanLines, cleanPainted } from './width.ts'

/**
 * A report that obeys nobody else: whatever hosts, containers and names hold, no sequence of theirs reaches the terminal.
 * The names and values of a plan and of edited files are shown on one line each, with a sign for what is not to be seen.
 */
export const forPeople = (report: Report): Report => ({
  ...report,
  emit: (event) => report.emit(isOfNames(event) ? event : mapTexts(event, cleanLines)),
  show: (text) => report.show(cleanPainted(text)),
})

const isOfNames = ({ event }: Event): boolean => event === 'planned' || event === 'edited'
