import { join } from 'node:path'
import { ifInTime } from '../../transport/time-limit.ts'
import type { Session } from '../session.ts'
import { collect, type FailedRun } from './collect.ts'
import { capsuleName, writeCapsule } from './write.ts'

export type { FailedRun } from './collect.ts'

/** Milliseconds that a run which failed takes longer at most: to ask, and then to write. */
const limits = { asking: 2_200, writing: 700 }

/**
 * Writes what explains a failure into one file that can be attached to a bug report, and gives its path; undefined when
 * that does not work out, which must not hide the failure itself.
 */
export async function writeFailure(session: Session, run: FailedRun): Promise<string | undefined> {
  const folder = join(session.workspace.projectDir, '.provision', 'failures')
  const files = await collect(session, run, limits.asking).catch(() => undefined)
  if (files === undefined) return undefined
  return ifInTime(writeCapsule(folder, capsuleName(new Date(), run.head.command), files), limits.writing)
}
