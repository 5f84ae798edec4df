/** Fewer characters than this are masked only where they stand alone: else `a` would be masked in every word. */
export const shortest = 4

/** The forms in which a text may turn up in what programs print, itself among them; long ones first. */
export function formsOf(value: string): readonly string[] {
  const texts = [value, ...linesOf(value)]
  const forms = texts.flatMap((text) => [...writtenForms(text), ...encodedForms(Buffer.from(text))])
  const wrapped = [64, 76].flatMap((width) => wrappedAt(width, Buffer.from(value).toString('base64')))
  const useful = [...forms, ...wrapped].filter((form) => form === value || form.length >= shortest)
  return [...new Set(useful)].sort((a, b) => b.length - a.length)
}

/** Output comes line by line, so each line of a key file has to be known by itself. */
function linesOf(value: string): readonly string[] {
  const lines = value.split(/\r\n|\r|\n/)
  return lines.length === 1 ? [] : lines.map((line) => line.trim()).filter((line) => line.length >= shortest)
}

/** As other languages write it between quotes or in a URL. */
function writtenForms(text: string): readonly string[] {
  const json = inJson(text)
  const url = percentEncoded(text)
  const strict = url.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  const urls = [url, strict, url.replaceAll('%20', '+'), strict.replaceAll('%20', '+')]
  return [
    text,
    ...[json, inAscii(json), inJson(json)],
    // Within single quotes: as this tool does it, and as Python and zx do.
    ...[text.replaceAll("'", `'\\''`), text.replaceAll("'", `'"'"'`)],
    // Within double quotes.
    text.replace(/[\\"$`]/g, '\\$&'),
    ...urls.flatMap((one) => [one, one.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())]),
  ]
}

/** `encodeURIComponent` throws for half a character. */
const percentEncoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString())

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

const inAscii = (json: string): string =>
  json.replace(/[^\0-\x7f]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

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
