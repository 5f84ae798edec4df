import type { Unit } from './workload.ts'

/** Three digits are as many as a measurement has. */
const digits = (value: number): string => {
  const places = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toFixed(places)
}

/** Small and a thousand times larger. */
const scales = { ms: ['ms', 's'], kB: ['kB', 'MB'], MB: ['MB', 'GB'] } as const

/** `840 ms`, `2.14 s`; `912 kB`, `1.20 MB`; `7 round trips`. */
export function showValue(value: number, unit: Unit): string {
  if (unit === 'round trips') return `${Number(value.toFixed(1))} round trips`
  const [small, large] = scales[unit]
  return value < 999.5 ? `${Math.round(value)} ${small}` : `${digits(value / 1000)} ${large}`
}

export const showRatio = (ratio: number): string =>
  ratio !== 0 && ratio < 0.1 ? `${ratio.toPrecision(1)}×` : `${digits(ratio)}×`
