import type { ClientErrorExtensions } from 'ssh2'
import { systemCode } from '../../core/error.ts'

/** Stands for a connection that was cut; early: before anything was agreed on. */
export const resetError = (isEarly: boolean): Error & ClientErrorExtensions =>
  Object.assign(new Error('closed'), { code: 'ECONNRESET', ...(isEarly ? { early: true } : {}) })

/** Before anything was agreed on, what is neither the network's fault nor a want of common ciphers is no SSH. */
export const foreignError = (cause: (Error & ClientErrorExtensions) | undefined): Error | undefined =>
  cause === undefined || cause.level === 'handshake' || systemCode(cause) !== undefined
    ? cause
    : Object.assign(new Error(cause.message), { code: 'EPROTO' })

export const isCut = (error: Error | undefined): boolean =>
  error === undefined || ['ECONNRESET', 'EPIPE'].includes(systemCode(error) ?? '')

/**
 * The words with which a server ended the talk (RFC 4253, 11.1), as sshd does when more keys are offered than it lets one
 * try. Of all errors of ssh2 these alone bear the number of a reason.
 */
export const partingWords = (error: Error | undefined): string | undefined =>
  error !== undefined && 'code' in error && typeof error.code === 'number' ? error.message : undefined

/** What came before a server has begun to speak SSH, or instead of it. */
export const beforeSsh = (chunk: Buffer): string =>
  'SSH-'.startsWith(chunk.toString('latin1', 0, 4))
    ? ''
    : chunk.toString('latin1', 0, 300).replace(/^SSH-.*/ms, '')
