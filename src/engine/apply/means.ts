import type { Perform } from '../lanes.ts'
import type { Restoring } from './former-content.ts'

/** What carries out a step. */
export interface Means {
  readonly perform: Perform
  /** Like `perform`, but not stopped by an interruption. */
  readonly mend: Perform
  readonly restoring: Restoring
}
