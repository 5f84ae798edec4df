import { headOf, showSummary } from './show.ts'
import type { Outcome, Reading, Standing } from './outcome.ts'
import { showRatio, showValue } from './show-value.ts'

const width = 1000
const left = 160
const right = 400
const bar = 13
const step = 17
const gap = 34
const colours = { ours: '#0969da', floor: '#57606a', peer: '#afb8c1', reached: '#1a7f37', missed: '#cf222e' }

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

interface Text {
  readonly x: number
  readonly y: number
  readonly fill?: string
  readonly size?: number
}

const textAt = ({ x, y, fill = '#1f2328', size = 12 }: Text, text: string): string =>
  `<text x="${x}" y="${y}" fill="${fill}" font-size="${size}">${escaped(text)}</text>`

interface Row {
  readonly label: string
  readonly value: number | undefined
  readonly fill: string
  readonly note: string
  readonly reached: boolean | undefined
}

/** Bars of everybody who did the same work, a group for each figure and to one scale within it. */
export function pictureOf(outcomes: readonly Outcome[], caption: readonly string[]): string {
  const groups = outcomes.flatMap((outcome) =>
    outcome.readings.map((reading) => ({ title: headOf(outcome, reading), rows: rowsOf(reading) })),
  )
  let y = 20 + caption.length * 18
  const drawn = groups.flatMap(({ title, rows }) => {
    const top = y + 16
    y = top + rows.length * step + gap - 16
    return [textAt({ x: 12, y: top, size: 13 }, title), ...barsOf(rows, top + 8)]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}"`,
    '  font-family="system-ui, sans-serif" role="img">',
    `<title>${escaped(caption.join('; '))}</title>`,
    `<rect width="${width}" height="${y}" fill="#ffffff"/>`,
    ...caption.map((line, index) => textAt({ x: 12, y: 22 + index * 18, fill: '#57606a' }, line)),
    ...drawn,
    '</svg>',
    '',
  ].join('\n')
}

function rowsOf(reading: Reading): readonly Row[] {
  const { ours, unit, most, reached, against } = reading
  const goal = most === undefined ? '' : `, goal ${showValue(most, unit)}`
  const note = showSummary(ours, (value) => showValue(value, unit)) + goal
  return [
    { label: 'ours', value: ours.median, fill: colours.ours, note, reached },
    ...against.map((standing) => ({
      label: standing.title,
      value: standing.measured?.median,
      fill: standing.name === 'floor' ? colours.floor : colours.peer,
      note: noteOf(standing, reading),
      reached: standing.ratio?.reached,
    })),
  ]
}

function noteOf({ missing, measured, ratio }: Standing, { unit }: Reading): string {
  if (missing !== undefined) return missing
  const value = measured ? showValue(measured.median, unit) : ''
  if (!ratio) return value
  const { kind, summary, goal } = ratio
  const compared = showRatio(summary.median)
  const wanted = goal === undefined ? '' : `, goal ${kind === 'times' ? '≥' : '≤'} ${goal}×`
  return `${value}: ${kind === 'times' ? `${compared} ours` : `ours is ${compared}`}${wanted}`
}

function barsOf(rows: readonly Row[], top: number): readonly string[] {
  const longest = Math.max(...rows.map(({ value }) => value ?? 0), Number.MIN_VALUE)
  return rows.flatMap(({ label, value = 0, fill, note, reached }, index) => {
    const length = Math.max(1, Math.round((value / longest) * (width - left - right)))
    const y = top + index * step
    const verdict = reached === undefined ? '' : reached ? ' ✓' : ' ✗'
    const ink = reached === undefined ? '#1f2328' : reached ? colours.reached : colours.missed
    return [
      textAt({ x: 12, y: y + 11, fill: '#57606a' }, label),
      `<rect x="${left}" y="${y}" width="${length}" height="${bar}" rx="2" fill="${fill}"/>`,
      textAt({ x: left + length + 8, y: y + 11, fill: ink }, note + verdict),
    ]
  })
}
