/** Functions that colour text, or leave it as it is. */
export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
  /** One of a few colours that are easy to tell apart, always the same for the same number. */
  readonly nth: (index: number, text: string) => string
}

type Paint = (text: string) => string

const codes = (open: number, close: number): Paint => {
  return (text) => (text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`)
}

const colours = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94].map((open) => codes(open, 39))

export const coloured: Style = {
  bold: codes(1, 22),
  dim: codes(2, 22),
  red: codes(31, 39),
  green: codes(32, 39),
  yellow: codes(33, 39),
  cyan: codes(36, 39),
  nth: (index, text) => colours[index % colours.length]?.(text) ?? text,
}

const same: Paint = (text) => text

export const uncoloured: Style = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
  nth: (_, text) => text,
}

/** Colours on a terminal that has them, unless the user wants none (https://no-color.org) or asks for them anywhere. */
export function styleFor(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Style {
  if (env['NO_COLOR']) return uncoloured
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '' && env['FORCE_COLOR'] !== '0'
  return forced || (stream.isTTY === true && env['TERM'] !== 'dumb') ? coloured : uncoloured
}
