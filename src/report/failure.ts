import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { isProvisionError, reasonOf, systemCode, thenAgain } from '../core/error.ts'
import type { Failure } from '../core/event.ts'
import type { Style } from './style.ts'
import { cleanLine, cleanLines } from './width.ts'

const reportIt = 'this is a bug of provision: please report it, with what --verbose shows'

/** A place in a file of the user: not of Node.js, not of a package, not of ours. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Blame {
  /** The folder of our own code: an error that never passed through other files is a bug of ours. */
  readonly ownDir: string
  readonly verbose: boolean
  /** Where a place of compiled code is in the file as it is written. */
  readonly written: (place: Place) => Place
}

/** What people read of anything that was thrown. */
export function failureOf(error: unknown, { ownDir, verbose, written }: Blame): Failure {
  const stack = stackOf(error)
  const compiled = placeOf(error, ownDir)
  const place = compiled && written(compiled)
  if (isProvisionError(error)) {
    const { code, message, output, log, help } = error
    // Only what the playbook says has its place there: all else is thrown by our own code alone.
    const where = place && code === 'playbook' ? { place: showPlace(place) } : {}
    const trace = verbose && error.cause instanceof Error ? error.cause.stack : undefined
    const shown = [output, trace].filter(Boolean).join('\n') || undefined
    return { code, message, ...where, output: shown, log, help }
  }
  const output = verbose ? stack : undefined
  if (place) return { code: 'playbook', message: reasonOf(error), place: showPlace(place), output }
  const cure = cureOf(error)
  if (cure !== undefined) return { code: 'state', message: reasonOf(error), output, help: cure }
  if (error instanceof Error) return { code: 'bug', message: reasonOf(error), output, help: reportIt }
  // We throw nothing else.
  const message = `the playbook threw ${inspect(error, { breakLength: Infinity })}, which is no error`
  return { code: 'playbook', message, help: 'throw an Error: it also tells where' }
}

/** What to do about a file or folder that this machine refuses to our own code: that is no bug of it. */
function cureOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('path' in error)) return undefined
  const code = systemCode(error)
  if (code === 'EMFILE' || code === 'ENFILE') return 'let more files be open at once: ulimit -n 1024'
  return thenAgain('see to what it names')
}

/** Where in files of the user an error was made; undefined for one that never passed through them. */
export const placeOf = (error: unknown, ownDir: string): Place | undefined =>
  placesIn(stackOf(error)).find(({ file }) => !file.startsWith(ownDir) && !file.includes('/node_modules/'))

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? '') : '')

export const showPlace = ({ file, line, column }: Place): string => `${file}:${line}:${column}`

/** The files named in a stack trace, innermost call first. */
export function placesIn(stack: string): Place[] {
  return stack.split('\n').flatMap((text) => {
    const match = /^\s+at (?:.*\()?((?:file:\/\/)?\/[^()]*):(\d+):(\d+)\)?$/.exec(text)
    if (!match?.[1]) return []
    const file = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1]
    return [{ file, line: Number(match[2]), column: Number(match[3]) }]
  })
}

/** Where a further line of the help begins. */
const belowHelp = `\n${' '.repeat('help: '.length)}`

/** The message with its place, the output indented below it, and one thing to do next. */
export function failureText({ message, place, output, help }: Failure, style: Style): string {
  const text = place === undefined ? message : `${place}: ${message}`
  const [first = '', ...more] = text.split('\n').map(cleanLine)
  const end = (output ?? '').replace(/^\n+|\s+$/g, '')
  const indented = [...more, ...(end === '' ? [] : end.split('\n').map(cleanLine))]
  return [
    style.red(`✖ ${first}`),
    ...indented.map((line) => (line === '' ? '' : `  ${style.dim(line)}`)),
    ...(help ? [`${style.cyan('help:')} ${cleanLines(help).replaceAll('\n', belowHelp)}`] : []),
  ].join('\n')
}
