import type { Summary } from './statistics.ts'
import type { Outcome, Unit } from './workload.ts'

/** Three digits are as many as a measurement has. */
const digits = (value: number): string => {
  const places = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toFixed(places)
}

/** `840 ms`, `2.14 s`; `912 kB`, `1.20 MB`. */
export function showValue(value: number, unit: Unit): string {
  const [small, large] = unit === 'ms' ? ['ms', 's'] : ['kB', 'MB']
  return value < 999.5 ? `${Math.round(value)} ${small}` : `${digits(value / 1000)} ${large}`
}

export const showRatio = (ratio: number): string =>
  ratio !== 0 && ratio < 0.1 ? `${ratio.toPrecision(1)}×` : `${digits(ratio)}×`

/** `840 ms (790 ms … 1.02 s)`; the median alone of a single value. */
const showSummary = (summary: Summary, show: (value: number) => string): string =>
  summary.values.length === 1
    ? show(summary.median)
    : `${show(summary.median)} (${show(summary.min)} … ${show(summary.max)})`

/** A table for people, in which the ratio is what counts. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ title, goal, unit, measured, ratio }) => {
    const inUnit = (value: number) => showValue(value, unit)
    return [
      title,
      showSummary(ratio, showRatio),
      showSummary(measured.ours, inUnit),
      showSummary(measured.floor, inUnit),
      goal,
    ]
  })
  const notes = outcomes.map(({ title, floor }) => `  ${title}: ${floor}`)
  return [
    ...aligned([['workload', '× floor', 'ours', 'floor', 'goal'], ...rows]),
    '',
    'floors:',
    ...notes,
  ].join('\n')
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
