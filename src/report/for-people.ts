import { mapTexts } from './redact.ts'
import type { Report } from './report.ts'
import { cleanLines, cleanPainted } from './width.ts'

/**
 * A report that obeys nobody else: whatever hosts, containers and names hold, no sequence of theirs reaches the terminal.
 * Of a plan the names and values are shown on one line each, with a sign for what is not to be seen.
 */
export const forPeople = (report: Report): Report => ({
  ...report,
  emit: (event) => report.emit(event.event === 'planned' ? event : mapTexts(event, cleanLines)),
  show: (text) => report.show(cleanPainted(text)),
})
