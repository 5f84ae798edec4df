import { displayWidth, padEnd, truncate } from './width.ts'

/**
 * Columns under a header, two spaces apart; the widest column gives way where the screen is too narrow.
 * @param columns of the screen; Infinity where there is none
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string {
  const all = [header, ...rows]
  const widths = header.map((_, i) => Math.max(...all.map((row) => displayWidth(row[i] ?? ''))))
  shrink(widths, columns - 2 * (header.length - 1))
  return all.map((row) => line(row, widths)).join('\n')
}

function line(row: readonly string[], widths: readonly number[]): string {
  const cells = widths.map((width, i) => padEnd(truncate(row[i] ?? '', width), width))
  return cells.join('  ').trimEnd()
}

function shrink(widths: number[], room: number): void {
  for (let over = sum(widths) - room; over > 0 && Number.isFinite(over);) {
    const widest = widths.indexOf(Math.max(...widths))
    const width = widths[widest] ?? 0
    if (width <= 8) return
    widths[widest] = width - 1
    over--
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
