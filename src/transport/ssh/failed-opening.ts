import type { ClientErrorExtensions } from 'ssh2'
import { systemCode, type ProvisionError } from '../../core/error.ts'
import type { SshTarget } from '../../core/host.ts'
import { timeoutError } from './dial.ts'
import { dialError, loginError } from './error.ts'
import type { Way } from './jump.ts'

/** What is seen of a connection while it is opened. */
export interface SeenOpening {
  /** Why the key that the host has shown is not trusted. */
  keyProblem: ProvisionError | undefined
  /** What came before SSH, or instead of it. */
  greeting: string
  /** Whether both sides have agreed on how to talk. */
  hasAgreed: boolean
  lastError: (Error & ClientErrorExtensions) | undefined
}

export const nothingSeen = (): SeenOpening => ({
  keyProblem: undefined,
  greeting: '',
  hasAgreed: false,
  lastError: undefined,
})

/** A connection that could not be opened, as it was tried. */
export interface FailedOpening {
  readonly target: SshTarget
  readonly way: Way
  /** The ways of logging in, in words. */
  readonly tried: string
  readonly deadline: AbortSignal
  /** What the deadline allows, in milliseconds, for the message. */
  readonly timeout: number
}

/** Why a connection could not be opened. */
export async function openingError(
  { target, way, tried, deadline, timeout }: FailedOpening,
  seen: SeenOpening,
  cause: unknown,
): Promise<ProvisionError> {
  if (seen.keyProblem) return seen.keyProblem
  const onTheWay = seen.hasAgreed ? undefined : await way.problem()
  if (onTheWay) return onTheWay
  const { hasAgreed, lastError, greeting } = seen
  const said = hasAgreed ? partingWords(lastError) : undefined
  if (lastError?.level === 'client-authentication' || said !== undefined)
    return loginError(target, tried, said, cause)
  if (deadline.aborted || lastError?.level === 'client-timeout')
    return dialError(target, timeoutError(), timeout, greeting)
  if (way.sock.readableEnded || isCut(lastError))
    return dialError(target, hasAgreed ? resetError() : earlyResetError(), timeout, greeting)
  return dialError(target, hasAgreed ? lastError : foreignError(lastError), timeout, greeting)
}

/** Stands for a connection that was cut. */
const resetError = (): Error & ClientErrorExtensions =>
  Object.assign(new Error('closed'), { code: 'ECONNRESET' })

/** Likewise, before anything was agreed on. */
const earlyResetError = (): Error & ClientErrorExtensions => Object.assign(resetError(), { early: true })

/** Before anything was agreed on, what is neither the network's fault nor a want of common ciphers is no SSH. */
const foreignError = (cause: (Error & ClientErrorExtensions) | undefined): Error | undefined =>
  cause === undefined || cause.level === 'handshake' || systemCode(cause) !== undefined
    ? cause
    : Object.assign(new Error(cause.message), { code: 'EPROTO' })

const isCut = (error: Error | undefined): boolean =>
  error === undefined || ['ECONNRESET', 'EPIPE'].includes(systemCode(error) ?? '')

/**
 * The words with which a server ended the talk (RFC 4253, 11.1), as sshd does when more keys are offered than it lets one
 * try. Of all errors of ssh2 these alone bear the number of a reason.
 */
const partingWords = (error: Error | undefined): string | undefined =>
  error !== undefined && 'code' in error && typeof error.code === 'number' ? error.message : undefined

/** What came before a server has begun to speak SSH, or instead of it. */
export const beforeSsh = (chunk: Buffer): string =>
  'SSH-'.startsWith(chunk.toString('latin1', 0, 4))
    ? ''
    : chunk.toString('latin1', 0, 300).replace(/^SSH-.*/ms, '')
