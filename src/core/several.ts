import type { ProvisionError } from './error.ts'

/** What to do about several failures: the help of each, the same once, one on a line. */
export const helpOfAll = (errors: readonly Pick<ProvisionError, 'help'>[]): string | undefined =>
  [...new Set(errors.flatMap(({ help }) => help ?? []))].join('\n') || undefined
