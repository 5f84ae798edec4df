/** What no program that is listed here writes otherwise. */
const plain = /^[\w.-]*$/

/**
 * A text as programs write it in URLs, JSON, HTML and shells, wherever that differs from the text itself: each language
 * escapes other characters.
 */
export function escapesOf(text: string): readonly string[] {
  if (plain.test(text)) return []
  const written = [...inUrls(text), ...inJsons(text), ...inPages(text), ...inShells(text)]
  return [...new Set(written)].filter((form) => form !== text)
}

/** What is left as it is in URLs besides letters, digits and `-_.`. */
const keptInUrls = [
  '', // PHP's urlencode
  '~', // RFC 3986: curl, Go's QueryEscape, Python's quote_plus
  '~/', // Python's quote
  '*', // forms: URLSearchParams, Java's URLEncoder
  "~!*'()", // encodeURIComponent
  "~!*'();/?:@&=+$,#", // encodeURI
  '~$&+,;=', // passwords in Go
  '~$&+=:@', // Go's PathEscape
  '~$&+,/:;=@', // paths in Go
  "~!$&'()*+,;=", // passwords in RFC 3986
  "~!$&'()*+,;=:@", // path segments in RFC 3986
  "~!$%&'()*+,", // passwords in browsers and Node.js
  "~!$%&'()*+,/:;=@[\\]|", // paths there
  '~!$%&()*+,/:;=?@[\\]^`{|}', // queries there
]

function inUrls(text: string): readonly string[] {
  // `encodeURIComponent` throws for half a character.
  const whole = encodeURIComponent(Buffer.from(text).toString()).replace(
    /[~!*'()]/g,
    (sign) => `%${hexOf(sign, 2).toUpperCase()}`,
  )
  const urls = keptInUrls.map((kept) =>
    whole.replace(/%[2-7][0-9A-F]/g, (code) => {
      const sign = decodeURIComponent(code)
      return kept.includes(sign) ? sign : code
    }),
  )
  const forms = [...new Set(urls)].flatMap((url) => [url, url.replaceAll('%20', '+')])
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())])
}

/** What is written in JSON as `\u` and four digits though it need not be. */
const numberedInJson = [
  /[^ -~]/g, // Python, PHP
  /[<>&\u2028\u2029]/g, // Go
  /[<>&='\u2028\u2029]/g, // Gson
  /[<>&']|\\"/g, // PHP in pages
  /[<>&'+`]|\\"|[^ -~]/g, // .NET
]

/** Also within a text that is itself in JSON, as in logs of logs. */
function inJsons(text: string): readonly string[] {
  const json = inJson(text)
  const forms = [
    json,
    ...numberedInJson.flatMap((signs) => [numbered(json, signs), numbered(inJson(json), signs)]),
  ]
  return [...new Set(forms)]
    .flatMap((form) => [form, inJson(form)])
    .flatMap((form) => [form, form.replaceAll('/', '\\/')])
    .flatMap((form) => [form, form.replace(/\\(?:u[0-9a-f]{4}|.)/g, upperDigits)])
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

const numbered = (json: string, signs: RegExp): string =>
  json.replace(signs, (sign) => `\\u${hexOf(sign.slice(-1), 4)}`)

const upperDigits = (escape: string): string => escape.slice(0, 2) + escape.slice(2).toUpperCase()

const inText = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** The entities that stand for characters in HTML and XML. */
const entities: readonly Readonly<Record<string, string>>[] = [
  inText,
  { ...inText, '"': '&quot;' },
  { ...inText, '"': '&quot;', "'": '&#39;' }, // JavaScript
  { ...inText, '"': '&quot;', "'": '&#x27;' }, // Python
  { ...inText, '"': '&quot;', "'": '&#039;' }, // PHP
  { ...inText, '"': '&quot;', "'": '&apos;' }, // XML
  { ...inText, '"': '&#34;', "'": '&#39;' }, // Go
  { ...inText, '"': '&quot;', "'": '&#39;', '/': '&#x2F;', '`': '&#x60;', '=': '&#x3D;' }, // Mustache
  { ...inText, '"': '&quot;', "'": '&#x27;', '`': '&#x60;', '=': '&#x3D;' }, // Handlebars
]

const inPages = (text: string): readonly string[] =>
  entities.map((names) => text.replace(/[&<>"'/`=]/g, (sign) => names[sign] ?? sign))

const inShells = (text: string): readonly string[] => [
  // Within single quotes: as this tool does it, and as Python and zx do.
  ...[text.replaceAll("'", `'\\''`), text.replaceAll("'", `'"'"'`)],
  // Within double quotes.
  text.replace(/[\\"$`]/g, '\\$&'),
  // Within `$'…'`, and between single quotes in Python and JavaScript.
  text.replace(/[\\']/g, '\\$&').replace(/[\n\r\t]/g, (sign) => inJson(sign)),
  // Without quotes: bash's `printf %q`, and Ruby's Shellwords.
  text.replace(/[\s!"$&'()*,;<>?[\\\]^`{|}]|(?<=[=:])~/g, '\\$&'),
  text.replace(/[^\w.,:+/@-]/gu, '\\$&'),
]

const hexOf = (sign: string, digits: number): string => sign.charCodeAt(0).toString(16).padStart(digits, '0')
