import { onceEach } from '../async/once.ts'
import { escapesOf } from './escapes.ts'

/** Fewer characters than this are masked only where they stand alone: else `a` would be masked in every word. */
const shortest = 4

/** Texts to be masked. */
export interface Forms {
  /** Of 4 characters at least, each. */
  readonly anywhere: readonly string[]
  /** Only where no letter or digit is next to it. */
  readonly alone: readonly string[]
}

/**
 * The forms in which values may turn up in what programs print, themselves among them.
 * @param wholes texts that hold such values, which are masked as a whole only as they are
 */
export function formsOf(values: Iterable<string>, wholes: Iterable<string> = []): Forms {
  const given = [...new Set(values)]
  const texts = [...new Set(wholes)]
  const long = [...given.filter(isLong).flatMap(formsOfOne), ...texts.filter(isLong)]
  const short = [...given.filter(isShort).flatMap(formsOfOne), ...texts.filter(isShort)]
  const anywhere = new Set(long)
  return { anywhere: [...anywhere], alone: [...new Set(short)].filter((form) => !anywhere.has(form)) }
}

const isLong = (text: string): boolean => text.length >= shortest

/** Nothing at all cannot be looked for. */
const isShort = (text: string): boolean => text !== '' && !isLong(text)

/** Every plan and every command with a secret asks for them again. */
const formsOfOne = onceEach((value: string): readonly string[] => {
  const texts = [value, ...linesOf(value)]
  const forms = texts.flatMap((text) => [text, ...escapesOf(text), ...encodedForms(Buffer.from(text))])
  const wrapped = [64, 76].flatMap((width) => wrappedAt(width, Buffer.from(value).toString('base64')))
  return [...new Set([...forms, ...wrapped])].filter((form) => form === value || isLong(form))
})

/** Output comes line by line, so each line of a key file has to be known by itself. */
function linesOf(value: string): readonly string[] {
  const lines = value.split(/\r\n|\r|\n/)
  return lines.length === 1 ? [] : lines.map((line) => line.trim()).filter(isLong)
}

function encodedForms(bytes: Buffer): readonly string[] {
  const base64 = [0, 1, 2].map((offset) => base64Within(bytes, offset))
  const hex = bytes.toString('hex')
  return [
    ...base64,
    ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('base64'),
    ...[hex, hex.toUpperCase()],
  ]
}

/** The characters that stand for these bytes alone where so many others (0 to 2, and any number of threes) come before. */
function base64Within(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6))
}

/** `base64` and PEM break their lines. */
const wrappedAt = (width: number, text: string): readonly string[] =>
  text.length <= width ? [] : (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? [])
