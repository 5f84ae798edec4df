import { showRatio, showValue } from './show.ts'
import type { Outcome } from './workload.ts'

const width = 900
const left = 300
const right = 200
const row = 46
const bar = 13
const top = 44

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** A bar picture: each workload's own time above that of its floor, both to one scale within the workload. */
export function pictureOf(outcomes: readonly Outcome[], caption: string): string {
  const height = top + outcomes.length * row + 10
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    '  font-family="system-ui, sans-serif" font-size="13" role="img">',
    `<title>${escaped(caption)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="24" fill="#57606a">${escaped(caption)}</text>`,
    ...outcomes.flatMap((outcome, index) => rowOf(outcome, top + index * row)),
    '</svg>',
    '',
  ].join('\n')
}

function rowOf({ title, goal, unit, measured, ratio }: Outcome, y: number): readonly string[] {
  const longest = Math.max(measured.ours.median, measured.floor.median, Number.MIN_VALUE)
  const bars = [
    {
      value: measured.ours.median,
      fill: '#0969da',
      label: `${showValue(measured.ours.median, unit)}, ${showRatio(ratio.median)}`,
    },
    {
      value: measured.floor.median,
      fill: '#afb8c1',
      label: `${showValue(measured.floor.median, unit)}, floor`,
    },
  ]
  return [
    `<text x="12" y="${y + 12}" fill="#1f2328">${escaped(title)}</text>`,
    `<text x="12" y="${y + 28}" fill="#57606a" font-size="11">${escaped(goal)}</text>`,
    ...bars.flatMap(({ value, fill, label }, index) => {
      const length = Math.max(1, Math.round((value / longest) * (width - left - right)))
      const at = y + index * (bar + 3)
      return [
        `<rect x="${left}" y="${at}" width="${length}" height="${bar}" rx="2" fill="${fill}"/>`,
        `<text x="${left + length + 8}" y="${at + 11}" fill="#1f2328" font-size="12">${escaped(label)}</text>`,
      ]
    }),
  ]
}
