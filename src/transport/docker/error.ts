import {
  isProvisionError,
  ProvisionError,
  reasonOf,
  systemCode,
  type ErrorCode,
  type ErrorDetails,
  type Subject,
} from '../../core/error.ts'

/** How a connection ends whose other side is gone. */
const brokenOff: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED'])

/** The HTTP status with which Docker refused a call; undefined when it did not get to answer. */
export function dockerStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}

/** Docker's own words, without the client's. */
export function dockerReason(error: unknown): string {
  const json: unknown = error instanceof Error && 'json' in error ? error.json : undefined
  if (typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string')
    return json.message.trim()
  return reasonOf(error)
    .replace(/^\(HTTP code \d+\) .+? - /, '')
    .trim()
}

/** What a call answers, or undefined where Docker says that there is no such thing. */
export async function found<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (dockerStatus(error) === 404) return undefined
    throw error
  }
}

/** Swallows a refusal with one of these statuses: what was asked for is so already. */
export async function unless(statuses: readonly number[], call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    const status = dockerStatus(error)
    if (status === undefined || !statuses.includes(status)) throw error
  }
}

/** Whether the other side of a call went away before it was answered. */
export const hasBrokenOff = (error: unknown): boolean =>
  dockerStatus(error) === undefined && brokenOff.has(systemCode(error) ?? '')

/** The error that users see for a failed call. */
export function dockerError(
  about: Subject,
  error: unknown,
  signal: AbortSignal,
  details: ErrorDetails & { readonly code?: ErrorCode } = {},
): ProvisionError {
  if (signal.aborted) return new ProvisionError('interrupted', 'interrupted', { about, cause: error })
  if (isProvisionError(error)) return error
  const { code = 'action', ...rest } = details
  const reason = dockerReason(error)
  if (hasBrokenOff(error)) {
    const retryAfter = 'look whether Docker runs there'
    return new ProvisionError(code, `Docker broke off (${reason})`, {
      about,
      cause: error,
      ...rest,
      retryAfter,
    })
  }
  return new ProvisionError(code, reason, { about, cause: error, ...rest })
}
