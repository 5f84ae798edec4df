/**
 * Every way a run can end badly that is not a bug of ours. Tools branch on the code, people read the message.
 *
 * - `usage`: the call was wrong (exit code 2)
 * - `playbook`: what the playbook says cannot be carried out (exit code 1)
 * - `conflict`: something that is not ours is in the way
 * - `build`, `engine`, `host`, `provider`, `box`, `action`, `ready`: the run failed there
 * - `edited`: a file of this machine was saved again while the run was at work; the same run again brings it
 * - `state`: what this machine keeps of an environment cannot be written or read
 * - `locked`: somebody else is at work on the environment
 * - `interrupted`: the user stopped the run (exit code 130)
 */
export type ErrorCode = (typeof errorCodes)[number]

/** All of them, for whoever reads one. */
export const errorCodes = [
  'usage',
  'playbook',
  'conflict',
  'build',
  'engine',
  'host',
  'provider',
  'box',
  'action',
  'ready',
  'edited',
  'state',
  'locked',
  'interrupted',
] as const

/** Something on a host: `container user`, `/etc/motd`. */
export interface Thing {
  readonly host: string
  readonly name: string
}

/** What an error is about: something on a host, or whatever else has a name, such as the host as a whole. */
export type Subject = Thing | string

const subjectTitle = (about: Subject): string =>
  typeof about === 'string' ? about : `${about.host} › ${about.name}`

export interface ErrorDetails {
  /** Stands before what is said of it. */
  readonly about?: Subject | undefined
  /** The end of the output of whatever failed; shown indented below the message. */
  readonly output?: string | undefined
  /** More than `output` can show: the log of what failed, for whoever looks at the run afterwards. */
  readonly log?: readonly string[] | undefined
  /** One thing to do next. */
  readonly help?: string | undefined
  /** What to see to before the same is run again, where nothing else is to be done next: the help says both. */
  readonly retryAfter?: string | undefined
  readonly cause?: unknown
}

/** What to do next where the same run does the rest, once something is seen to. */
export const thenAgain = (seenTo: string): string =>
  `${seenTo}, then run the same again: what is done already is not done twice`

const brand = Symbol.for('provision.error')

/** The one error type that users see. Its message starts with which thing on which host, and names the actual value. */
export class ProvisionError extends Error {
  override readonly name = 'ProvisionError'
  readonly code: ErrorCode
  readonly about: Subject | undefined
  /** The message without what it is about. */
  readonly reason: string
  readonly output: string | undefined
  readonly log: readonly string[] | undefined
  readonly help: string | undefined
  readonly retryAfter: string | undefined
  readonly [brand] = true

  constructor(code: ErrorCode, reason: string, details: ErrorDetails = {}) {
    const { about, cause } = details
    const message = about === undefined ? reason : `${subjectTitle(about)}: ${reason}`
    super(message, cause === undefined ? undefined : { cause })
    this.about = about
    this.reason = reason
    this.code = code
    this.output = details.output
    this.log = details.log
    this.retryAfter = details.retryAfter
    this.help = details.retryAfter === undefined ? details.help : thenAgain(details.retryAfter)
  }
}

/** True also for errors of another copy of this package, e.g. one that a playbook's folder has installed. */
export function isProvisionError(error: unknown): error is ProvisionError {
  return error instanceof Error && brand in error
}

/** What an unknown thrown value says, in one line at most. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reasonOf).join('; ')
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text.split('\n')[0] ?? text
}

/** The code of a Node.js system error such as `ECONNREFUSED`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** What is wrong with a file that could not be read, to stand after its path: `is a folder`. */
export function unreadReason(error: unknown): string {
  switch (systemCode(error)) {
    case 'ENOENT':
      return 'does not exist'
    case 'EACCES':
      return 'may not be read'
    case 'EISDIR':
      return 'is a folder'
    default:
      return `cannot be read (${reasonOf(error)})`
  }
}
