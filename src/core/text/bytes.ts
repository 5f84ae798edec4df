import { ProvisionError } from '../error.ts'
import { shownValue } from './shown-value.ts'

/** An amount of memory as people write it: `64m`, `1.5g` (powers of 1024, as Docker counts), or a number of bytes. */
export type Bytes = number | `${number}${'k' | 'm' | 'g'}`

const factors = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const

/**
 * The number of bytes.
 * @throws ProvisionError when the text is not a number with one of the units k, m, g
 */
export function bytes(amount: Bytes, what: string): number {
  if (typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 0) return amount
  const match = /^(\d+(?:\.\d+)?)([kmg])$/.exec(String(amount))
  const unit = match?.[2]
  if (match && (unit === 'k' || unit === 'm' || unit === 'g'))
    return Math.round(Number(match[1]) * factors[unit])
  throw new ProvisionError('playbook', `${what}: ${shownValue(amount)} is not an amount of memory`, {
    help: 'write it like "64m", "1.5g" or a number of bytes',
  })
}

/** `312 B`, `1.5 MB`, `2.0 GB`: decimal units, for people. */
export function showBytes(count: number): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = count < 1 ? 0 : Math.min(names.length - 1, Math.floor(Math.log10(count) / 3))
  const value = count / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${names[power] ?? 'B'}`
}
