import { isProvisionError, ProvisionError } from '../../core/error.ts'
import { failureOf, type Blame } from '../../report/failure.ts'

/**
 * Hears of what is thrown where nobody can catch it: in callbacks, and in promises that are not awaited.
 * @param tell gets an error for users where the playbook threw it, else the error itself
 * @returns ends it
 */
export function hearStrays(process: NodeJS.Process, blame: Blame, tell: (error: Error) => void): () => void {
  const hear = (error: unknown): void => tell(strayError(error, blame))
  process.on('uncaughtException', hear)
  process.on('unhandledRejection', hear)
  return () => {
    process.off('uncaughtException', hear)
    process.off('unhandledRejection', hear)
  }
}

function strayError(error: unknown, blame: Blame): Error {
  if (isProvisionError(error)) return error
  const { code, message, place, help } = failureOf(error, blame)
  if (code === 'bug' && error instanceof Error) return error
  return new ProvisionError('playbook', message, {
    about: place,
    help: help ?? 'nobody waits for this: await the promise, or catch it within the callback',
    cause: error,
  })
}
