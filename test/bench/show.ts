import type { Outcome, Ratio, Reading, Standing } from './outcome.ts'
import { showRatio, showValue } from './show-value.ts'
import type { Summary } from './statistics.ts'

/** `840 ms (790 ms … 1.02 s)`; the median alone where all are the same. */
export const showSummary = (summary: Summary, show: (value: number) => string): string =>
  show(summary.min) === show(summary.max)
    ? show(summary.median)
    : `${show(summary.median)} (${show(summary.min)} … ${show(summary.max)})`

const mark = (reached: boolean | undefined): string =>
  reached === undefined ? '' : reached ? 'reached' : 'NOT REACHED'

/** A table for people, a block for each figure, in which what counts is how ours and the others compare. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const readings = outcomes.flatMap((outcome) => outcome.readings.map((reading) => ({ outcome, reading })))
  const blocks = readings.map(({ outcome, reading }) => ({
    head: headOf(outcome, reading),
    rows: [oursRow(reading), ...reading.against.map((standing) => rowOf(standing, reading))],
  }))
  const lines = aligned(blocks.flatMap(({ rows }) => rows))
  const shown = blocks.flatMap(({ head, rows }) => [
    head,
    ...lines.splice(0, rows.length).map((line) => `  ${line}`),
    '',
  ])
  return [...shown, ...notesOf(outcomes), '', verdictOf(readings.map(({ reading }) => reading))].join('\n')
}

/** The figure is only named where it is not the time. */
export const headOf = ({ title }: Outcome, reading: Reading): string =>
  reading.name === 'time' ? title : `${title}: ${reading.title}`

const oursRow = ({ ours, unit, most, reached }: Reading): readonly string[] => [
  'ours',
  showSummary(ours, (value) => showValue(value, unit)),
  '',
  most === undefined ? '' : `goal ${showValue(most, unit)}`,
  mark(reached),
]

function rowOf({ title, missing, measured, ratio }: Standing, { unit }: Reading): readonly string[] {
  if (missing !== undefined) return [title, missing, '', '', '']
  if (!measured) return [title]
  const compared = ratio ? showSummary(ratio.summary, showRatio) : ''
  return [
    title,
    showSummary(measured, (value) => showValue(value, unit)),
    ratio ? (ratio.kind === 'times' ? `${compared} ours` : `ours is ${compared}`) : '',
    goalOf(ratio),
    mark(ratio?.reached),
  ]
}

const goalOf = (ratio: Ratio | undefined): string =>
  ratio?.goal === undefined ? '' : `goal ${ratio.kind === 'times' ? '≥' : '≤'} ${ratio.goal}×`

const notesOf = (outcomes: readonly Outcome[]): readonly string[] => [
  'who did what:',
  ...outcomes.flatMap(({ title, readings }) => {
    const ways = new Map(
      readings.flatMap(({ against }) => against.map((one) => [one.title, one.how] as const)),
    )
    return [`  ${title}`, ...[...ways].map(([who, how]) => `    ${who}: ${how}`)]
  }),
]

const verdictOf = (readings: readonly Reading[]): string => {
  const all = readings.flatMap(({ reached, against }) => [
    reached,
    ...against.map(({ ratio }) => ratio?.reached),
  ])
  const judged = all.filter((one) => one !== undefined)
  return `goals reached: ${judged.filter((one) => one).length} of ${judged.length}`
}

/** A cell that is too long for its column does not make all others as wide. */
const widest = 44

function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map(({ length }) => length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0).filter((width) => width <= widest)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
