import { oneLine } from './one-line.ts'

/** Date and time in the zone of who reads, in figures that are the same everywhere; a text that is no time as it is. */
export function showTime(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return oneLine(iso)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}
