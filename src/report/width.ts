// Escape sequences: CSI (colours, cursor), OSC (titles, links), and the two-byte ones.
const escapes = new RegExp(
  '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]|\\u001b(?:\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)|[@-Z\\\\-_])',
  'g',
)
const colour = new RegExp('^\\u001b\\[[0-9;]*m$')
// All of C0 and C1 but tabs and line breaks, and what turns the order of letters around on the screen.
const controls = new RegExp('[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]|\\p{Bidi_Control}', 'gu')
const controlsButEscape = new RegExp(
  '[\\u0000-\\u0008\\u000b-\\u001a\\u001c-\\u001f\\u007f-\\u009f]|\\u001b(?!\\[[0-9;]*m)|\\p{Bidi_Control}',
  'gu',
)

/** East Asian wide and full-width blocks, and pictures: two columns each (Unicode TR 11, the blocks that matter). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const empty = /\p{Mark}|[\u200b-\u200f\u2060\ufe00-\ufe0f]/u

const widthOf = (character: string): number => (empty.test(character) ? 0 : wide.test(character) ? 2 : 1)

/** How many columns of a terminal a text takes; colours take none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text.replace(escapes, '')) width += widthOf(character)
  return width
}

/** What is left on the screen of a line of output: the last rewrite of it, without cursor movements and controls. */
export function cleanLine(line: string): string {
  const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? ''
  return last.replace(escapes, '').replaceAll('\t', '  ').replace(controls, '').trimEnd()
}

/** The same of each line of a text. */
export const cleanLines = (text: string): string => text.split('\n').map(cleanLine).join('\n')

/** A text with colours of ours, without anything else that a terminal would obey. */
export const cleanPainted = (text: string): string =>
  text.replace(escapes, (sequence) => (colour.test(sequence) ? sequence : '')).replace(controlsButEscape, '')

/** A text of at most so many columns, ending in `…` where something was cut; colours stay whole. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  if (columns <= 0) return ''
  let width = 0
  let result = ''
  let painted = false
  for (const piece of text.split(new RegExp(`(${escapes.source})`, 'g'))) {
    if (colour.test(piece)) {
      result += piece
      painted = true
      continue
    }
    for (const character of piece) {
      width += widthOf(character)
      if (width > columns - 1) return `${result}…${painted ? '\u001b[0m' : ''}`
      result += character
    }
  }
  return result
}

/** Spaces after a text, up to so many columns. */
export const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - displayWidth(text)))
