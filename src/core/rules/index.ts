import { isRef } from '../ref.ts'
import { isLacking, isSecret, reveal } from '../secret/index.ts'
import { shownValue } from '../text/shown-value.ts'
import { isObject } from './shape.ts'

/** The first rule that is broken; undefined when all hold. */
export const firstProblem = (...problems: readonly (string | undefined)[]): string | undefined =>
  problems.find((problem) => problem !== undefined)

/** A value as messages quote it: on one line, with its quotes. */
export const quoted = (value: unknown): string => JSON.stringify(value)

/** Why a text cannot arrive on a host byte for byte; a reference is looked at once it is resolved. */
export function textProblem(what: string, value: unknown): string | undefined {
  return isSecret(value)
    ? `${what}: is a secret, and would show there; give it in an environment variable or a file`
    : hiddenTextProblem(what, value)
}

/** Of an argument or an environment variable with its name, in bytes: MAX_ARG_STRLEN, 32 pages. */
const longestText = 127 * 1024

/** The same where numbers, true and false become texts. */
export const wordProblem = (what: string, value: unknown): string | undefined =>
  isMadeText(value) ? undefined : textProblem(what, value)

/** The same where a secret may stand as well. */
export const hiddenWordProblem = (what: string, value: unknown): string | undefined =>
  isMadeText(value) ? undefined : hiddenTextProblem(what, value)

/** The same of what is used while building, before it is known what a reference stands for. */
export const buildTextProblem = (what: string, value: unknown): string | undefined =>
  isRef(value)
    ? `${what}: is a reference, whose value is known only when all is built`
    : textProblem(what, value)

const isMadeText = (value: unknown): boolean => Number.isFinite(value) || typeof value === 'boolean'

/** The same as of a text, where a secret may stand, because it shows to nobody else there. */
export function hiddenTextProblem(what: string, value: unknown): string | undefined {
  if (isRef(value) || isLacking(value)) return undefined
  const text: unknown = isSecret(value) ? reveal(value) : value
  if (typeof text !== 'string') return `${what}: ${shownValue(text)} is not a text`
  const shown = isSecret(value) ? 'the secret' : text.length > 1_000 ? beginOf(text) : quoted(text)
  if (Buffer.byteLength(text) > longestText) return `${what}: ${shown} is longer than Linux takes (128 KB)`
  if (text.includes('\0')) return `${what}: ${shown} holds a NUL character, which no process can be given`
  return unicodeProblem(`${what}: ${shown}`, text)
}

/** Why a resolved text cannot be sent as UTF-8. */
export const unicodeProblem = (what: string, text: string): string | undefined =>
  /\p{Cs}/u.test(text) ? `${what}: is not well-formed Unicode and has no bytes` : undefined

/** Of one name and of a whole path, in bytes: Linux's NAME_MAX and PATH_MAX, less room for what temporary names add. */
const longest = { name: 255, path: 4000 } as const

/** Why a path on a host (or in a container) is not one that means the same everywhere. */
export function pathProblem(what: string, path: unknown): string | undefined {
  if (typeof path !== 'string') return `${what}: ${shownValue(path)} is not a text`
  if (!path.startsWith('/')) return `${what}: ${quoted(path)} is not an absolute path`
  if (path === '/') return `${what}: ${quoted(path)} is the root of the file system`
  const segments = path.slice(1).split('/')
  const odd = segments.find((segment) => segment === '.' || segment === '..')
  if (odd !== undefined) return `${what}: ${quoted(path)} has a ${quoted(odd)} in it`
  if (segments.includes('')) return `${what}: ${quoted(path)} has an empty part (a double or a last slash)`
  const long = segments.find((segment) => Buffer.byteLength(segment) > longest.name)
  if (long !== undefined) return `${what}: ${beginOf(long)} is longer than a name can be (255 bytes)`
  if (Buffer.byteLength(path) > longest.path)
    return `${what}: ${beginOf(path)} is longer than a path can be (${longest.path} bytes)`
  return textProblem(what, path)
}

/** The beginning of a text that is too long to be shown. */
const beginOf = (text: string): string => `${quoted(text.slice(0, 40))}…`

/** Docker's rule for names of containers, networks and volumes; their length is that of a file name, less what we add. */
export function dockerNameProblem(what: string, name: unknown): string | undefined {
  if (typeof name !== 'string') return `${what}: ${shownValue(name)} is not a text`
  if (name.length > 200) return `${what}: ${beginOf(name)} is longer than 200 characters`
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return undefined
  return `${what}: ${quoted(name)} is not a name that Docker takes: two or more of letters, digits, "_", "." and "-", first a letter or digit`
}

/** Why a text cannot name a driver of Docker: one of its own, or a plugin as `vieux/sshfs:latest`. */
export const driverProblem = (what: string, driver: unknown): string | undefined =>
  typeof driver === 'string' &&
  /^[a-zA-Z0-9][\w.-]*(?:\/[\w.-]+)*(?::[\w.-]+)?$/.test(driver) &&
  driver.length <= 255
    ? undefined
    : `${what}: ${shownValue(driver)} is not the name of a driver`

/** Why a text cannot name a user, or user and group, of an image: as names or numbers. */
export const userProblem = (what: string, user: unknown): string | undefined =>
  typeof user === 'string' && /^[\w.][\w.-]*\$?(?::[\w.][\w.-]*\$?)?$/.test(user) && user.length <= 512
    ? undefined
    : `${what}: ${shownValue(user)} is not a user like "web" or "1000:1000"`

/** Why an environment variable cannot have this name. */
export function envNameProblem(name: string): string | undefined {
  if (name === '') return 'env: a variable has an empty name'
  if (name.includes('=')) return `env: ${quoted(name)} has a "=" in its name`
  return textProblem('env', name)
}

/** Why a number cannot be a port. */
export const portProblem = (what: string, port: number): string | undefined =>
  Number.isInteger(port) && port >= 1 && port <= 65_535
    ? undefined
    : `${what}: ${port} is not a port (a whole number from 1 to 65535)`

/** As modes in decimal these give others what their owner may not do: meant are the same digits in octal. */
const digitsOfModes: readonly number[] = [400, 440, 444, 500]

/** Why a number cannot be the permission bits of a path. */
export function modeProblem(what: string, mode: number | undefined): string | undefined {
  if (mode === undefined) return undefined
  const isOne = Number.isInteger(mode) && mode >= 0 && mode <= 0o7777
  // 644 is 0o1204, as are its like: bits that nobody wants, and that a person meant otherwise.
  const isDecimal =
    digitsOfModes.includes(mode) || (mode > 0o1000 && mode <= 777 && /^[0-7]+$/.test(String(mode)))
  if (isOne && !isDecimal) return undefined
  return `${what}: ${shownValue(mode)} is not a mode (write it like ${isDecimal ? `0o${mode}` : '0o644'})`
}

/** Why a text cannot be a user or group, by name or number; what begins with a dash would be read as an option. */
export const ownerProblem = (what: string, owner: unknown): string | undefined =>
  owner === undefined ||
  (typeof owner === 'string' &&
    (isOwnerId(owner) || (/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(owner) && owner.length <= 256)))
    ? undefined
    : `${what}: ${shownValue(owner)} is not a user or group like "web" or "1000"`

/** As a host writes it; the largest number of 32 bits stands for none. */
const isOwnerId = (text: string): boolean => /^(?:0|[1-9]\d{0,9})$/.test(text) && Number(text) < 2 ** 32 - 1

/** Why an argument vector is not one. */
export function argvProblem(what: string, argv: unknown, problemOf = textProblem): string | undefined {
  if (!Array.isArray(argv)) return wordsProblem(what, argv)
  if (argv.length === 0) return `${what}: is empty; give the program and its arguments`
  if (argv[0] === '') return `${what}: the program is an empty text`
  return wordsProblem(what, argv, problemOf)
}

/** Why a list of words is none. */
export function wordsProblem(what: string, words: unknown, problemOf = textProblem): string | undefined {
  if (!Array.isArray(words))
    return `${what}: ${shownValue(words)} is not a list of words (write it like ["ls", "-l"])`
  return firstProblem(...words.map((word: unknown, i) => problemOf(`${what}[${i}]`, word)))
}

/** Why an option cannot say yes or no: any text would count as yes. */
export const flagProblem = (what: string, value: unknown): string | undefined =>
  value === undefined || typeof value === 'boolean'
    ? undefined
    : `${what}: ${shownValue(value)} is neither true nor false`

/** Why a list of glob patterns is none. */
export const patternsProblem = (what: string, patterns: unknown): string | undefined =>
  itemsProblem(what, patterns, 'patterns', (glob, place) =>
    firstProblem(
      typeof glob === 'string' ? undefined : `${place}: ${shownValue(glob)} is not a text`,
      glob === '' ? `${what}: a pattern is empty` : textProblem(place, glob),
    ),
  )

/** Why something is no list, or one of its items is not as it should be. */
export function itemsProblem(
  what: string,
  items: unknown,
  names: string,
  problemOf: (item: unknown, place: string) => string | undefined,
): string | undefined {
  if (!Array.isArray(items)) return `${what}: ${shownValue(items)} is not a list of ${names}`
  return firstProblem(...items.map((item: unknown, i) => problemOf(item, `${what}[${i}]`)))
}

/** Why something is no record, or one of its fields is not as it should be. */
export function recordProblem(
  what: string,
  record: unknown,
  problemOf: (key: string, value: unknown) => string | undefined = () => undefined,
): string | undefined {
  if (!isObject(record) || isSecret(record) || isRef(record))
    return `${what}: ${shownValue(record)} is not a record (write it like { NAME: … })`
  return firstProblem(...Object.entries(record).map(([key, value]) => problemOf(key, value)))
}

/** Why something cannot be a path on this machine. */
export const localProblem = (what: string, path: unknown): string | undefined =>
  typeof path === 'string' || (path instanceof URL && path.protocol === 'file:')
    ? undefined
    : `${what}: ${path instanceof URL ? quoted(path.href) : shownValue(path)} is not a path of this machine`
