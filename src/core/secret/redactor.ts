import { searchFor } from './byte-search.ts'
import { formsOf, type Forms } from './forms.ts'
import { partsOf, reveal, valuesMade, type Secret } from './index.ts'

const mask = '[secret]'

type Redact = (text: string) => string

/** A function that masks these secrets wherever they occur in a text, in each of the forms that programs print. */
export const redactor = (secrets: Iterable<Secret>): Redact => maskerOf(formsIn(secrets))

/** Masks all that was ever made a secret in this process. */
export const hideSecrets: Redact = redactorThatLearns()

function redactorThatLearns(): Redact {
  let known = 0
  let redact: Redact = (text) => text
  return (text) => {
    if (valuesMade().size !== known) {
      known = valuesMade().size
      redact = maskerOf(formsOf(valuesMade()))
    }
    return redact(text)
  }
}

/**
 * A function that tells whether bytes show any of these secrets, or any that was ever made one in this process: whether masking
 * would change them, read as UTF-8 or as Latin-1. Nearly always no text has to be made of them, which takes long for many.
 */
export function secretFinder(secrets: Iterable<Secret>): (bytes: Buffer) => boolean {
  const { anywhere, alone } = formsIn(secrets, valuesMade())
  const shortBytes = alone.flatMap(inBytes)
  const [hasLong, maskShort] = [searchFor(anywhere.flatMap(inBytes)), maskerOf({ anywhere: [], alone })]
  return (bytes) =>
    hasLong(bytes) ||
    (shortBytes.some((form) => bytes.includes(form)) &&
      [bytes.toString(), bytes.toString('latin1')].some((text) => maskShort(text) !== text))
}

const inBytes = (form: string): readonly Buffer[] => [
  Buffer.from(form),
  ...(differsInLatin1(form) ? [Buffer.from(form, 'latin1')] : []),
]

/** Whether it reads otherwise in Latin-1 than in UTF-8, and can be written in it. */
const differsInLatin1 = (form: string): boolean => /[\x80-\xff]/.test(form) && !/[^\0-\xff]/.test(form)

/** What is found in these bytes is what is found in the text, half characters among it. */
const inUnits = (text: string): Buffer => Buffer.from(text, 'utf16le')

function formsIn(secrets: Iterable<Secret>, others: Iterable<string> = []): Forms {
  const all = [...secrets]
  return formsOf([...all.flatMap(partsOf), ...others], all.map(reveal))
}

/** Secrets may overlap, so all places are found first; what is masked already stays as it is. */
function maskerOf({ anywhere, alone }: Forms): Redact {
  if (anywhere.length + alone.length === 0) return (text) => text
  const has = searchFor(anywhere.map(inUnits))
  return (text) => {
    const found = [
      // Nearly always there is none, and to look for each by itself takes long for many.
      ...(has(inUnits(text)) ? anywhere.flatMap((form) => placesOf(text, form, always)) : []),
      ...alone.flatMap((form) => placesOf(text, form, standsAlone)),
    ]
    if (found.length === 0) return text
    const masked = placesOf(text, mask, always)
    const places = found.filter(
      (place) => !masked.some(({ from, to }) => from <= place.from && place.to <= to),
    )
    return cover(text, places)
  }
}

interface Place {
  readonly from: number
  readonly to: number
}

function placesOf(
  text: string,
  form: string,
  counts: (text: string, place: Place) => boolean,
): readonly Place[] {
  const places: Place[] = []
  // It may overlap itself, and all of that is one place: of a long text of nothing else there must not be a million.
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
    const place = { from: at, to: at + form.length }
    if (!counts(text, place)) continue
    const last = places.at(-1)
    if (last && at < last.to) places[places.length - 1] = { from: last.from, to: place.to }
    else places.push(place)
  }
  return places
}

const always = (): boolean => true

const wordLike = /[\p{L}\p{N}_]/u

const standsAlone = (text: string, { from, to }: Place): boolean =>
  !wordLike.test(text.charAt(from - 1)) && !wordLike.test(text.charAt(to))

/** Puts one mask over places that overlap. */
function cover(text: string, places: readonly Place[]): string {
  let shown = ''
  let end = 0
  for (const { from, to } of [...places].sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (from >= end) shown += text.slice(end, from) + mask
    end = Math.max(end, to)
  }
  return shown + text.slice(end)
}
