import type { Event } from '../core/event.ts'
import { oneLine } from '../core/text/one-line.ts'
import { countOf } from './changes.ts'

/** More files than this are only counted. */
const most = 3

/** What a watch tells between its runs, for people; undefined for events of other kinds. */
export function watchText(event: Event): string | undefined {
  if (event.event === 'watching') return `watching ${countOf(event.files, 'file')}`
  if (event.event !== 'edited') return undefined
  const { files } = event
  const more = files.length > most ? ` and ${files.length - most} more` : ''
  return `edited: ${files.slice(0, most).map(oneLine).join(', ')}${more}`
}
