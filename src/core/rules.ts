import { isRef } from './ref.ts'
import { isSecret, reveal } from './secret.ts'

/** The first rule that is broken; undefined when all hold. */
export const firstProblem = (...problems: readonly (string | undefined)[]): string | undefined =>
  problems.find((problem) => problem !== undefined)

/** A value as messages quote it: on one line, with its quotes. */
export const quoted = (value: unknown): string => JSON.stringify(value)

/** Why a text cannot arrive on a host byte for byte; a reference is looked at once it is resolved. */
export function textProblem(what: string, value: unknown): string | undefined {
  if (isRef(value) || typeof value === 'number' || typeof value === 'boolean') return undefined
  const text = isSecret(value) ? reveal(value) : value
  if (typeof text !== 'string')
    return `${what}: ${value === undefined ? 'undefined' : quoted(value)} is not a text`
  const shown = isSecret(value) ? 'the secret' : quoted(text)
  if (text.includes('\0')) return `${what}: ${shown} holds a NUL character, which no process can be given`
  return unicodeProblem(`${what}: ${shown}`, text)
}

/** Why a resolved text cannot be sent as UTF-8. */
export const unicodeProblem = (what: string, text: string): string | undefined =>
  /\p{Cs}/u.test(text) ? `${what}: is not well-formed Unicode and has no bytes` : undefined

/** Why a path on a host (or in a container) is not one that means the same everywhere. */
export function pathProblem(what: string, path: string): string | undefined {
  if (!path.startsWith('/')) return `${what}: ${quoted(path)} is not an absolute path`
  if (path === '/') return `${what}: ${quoted(path)} is the root of the file system`
  const segments = path.slice(1).split('/')
  const odd = segments.find((segment) => segment === '.' || segment === '..')
  if (odd !== undefined) return `${what}: ${quoted(path)} has a ${quoted(odd)} in it`
  if (segments.includes('')) return `${what}: ${quoted(path)} has an empty part (a double or a last slash)`
  return textProblem(what, path)
}

/** Docker's rule for names of containers, networks and volumes. */
export function dockerNameProblem(what: string, name: string): string | undefined {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return undefined
  return `${what}: ${quoted(name)} is not a name that Docker takes: two or more of letters, digits, "_", "." and "-", first a letter or digit`
}

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

/** Why a number cannot be the permission bits of a path. */
export function modeProblem(what: string, mode: number | undefined): string | undefined {
  if (mode === undefined) return undefined
  const isOne = Number.isInteger(mode) && mode >= 0 && mode <= 0o7777
  // 644 is 0o1204, as are its like: bits that nobody wants, and that a person meant otherwise.
  const isDecimal = mode > 0o1000 && mode <= 777 && /^[0-7]+$/.test(String(mode))
  if (isOne && !isDecimal) return undefined
  return `${what}: ${quoted(mode)} is not a mode (write it like ${isDecimal ? `0o${mode}` : '0o644'})`
}

/** Why a text cannot name a user or group; what begins with a dash would be read as an option. */
export const ownerProblem = (what: string, owner: string | undefined): string | undefined =>
  owner === undefined || /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(owner)
    ? undefined
    : `${what}: ${quoted(owner)} is not the name of a user or group`

/** Why an argument vector is not one. */
export function argvProblem(what: string, argv: readonly unknown[]): string | undefined {
  if (argv.length === 0) return `${what}: is empty; give the program and its arguments`
  if (argv[0] === '') return `${what}: the program is an empty text`
  return wordsProblem(what, argv)
}

/** Why a list of words is none. */
export function wordsProblem(what: string, words: unknown): string | undefined {
  if (!Array.isArray(words))
    return `${what}: ${quoted(words)} is not a list of words (write it like ["ls", "-l"])`
  return firstProblem(...words.map((word: unknown, i) => textProblem(`${what}[${i}]`, word)))
}
