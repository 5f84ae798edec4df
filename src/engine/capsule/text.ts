import { label } from '../../core/label.ts'
import { isObject } from '../../core/rules/shape.ts'

type Redact = (text: string) => string

/** A plain value as JSON, secrets masked before quotes and escapes could hide them. */
export const redactedJson = (value: unknown, redact: Redact): string =>
  `${JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? redact(inner) : inner), 2)}\n`

/** Lines of JSON, masked once more: what was learned to be a secret only later is masked in what came before. */
export const redactedLines = (text: string, redact: Redact): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : redactedLine(line, redact)))
    .join('\n')

function redactedLine(line: string, redact: Redact): string {
  try {
    const value: unknown = JSON.parse(line)
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? redact(inner) : inner))
  } catch {
    // The half of a line.
    return redact(line)
  }
}

const mask = '[masked]'

/**
 * What Docker says of a container, with the value of every environment variable masked, known as a secret or not; also
 * in the label that holds them once more.
 */
export function maskedInspection(inspection: unknown): unknown {
  if (!isObject(inspection)) return inspection
  const config = isObject(inspection['Config']) ? inspection['Config'] : {}
  const labels = isObject(config['Labels']) ? config['Labels'] : {}
  const env: readonly unknown[] = Array.isArray(config['Env']) ? config['Env'] : []
  return {
    ...inspection,
    Config: {
      ...config,
      Env: env.map((line) => `${String(line).split('=', 1)[0] ?? ''}=${mask}`),
      Labels: label.spec in labels ? { ...labels, [label.spec]: mask } : labels,
    },
  }
}

/** The end of a text of at most so many characters, from the beginning of a line on. */
export function endOf(text: string, most: number): string {
  if (text.length <= most) return text
  const end = text.slice(-most)
  return `…\n${end.slice(end.indexOf('\n') + 1)}`
}
