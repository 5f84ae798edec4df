import { setTimeout as sleep } from 'node:timers/promises'
import type { ProvisionError } from '../../core/error.ts'
import type { Connection } from './connection.ts'
import { lossOf } from './error.ts'

/** After which time a connection shows as lost over which something has failed. Milliseconds. */
const lossShows = 100

/**
 * Why the connection is lost over which something has failed; undefined where it is not. What goes over it tells in words of
 * its own that it has ended, and sooner.
 */
export async function lossBehind({
  name,
  lost,
}: Pick<Connection, 'name' | 'lost'>): Promise<ProvisionError | undefined> {
  await sleep(lossShows, undefined, { signal: lost }).catch(() => undefined)
  return lost.aborted ? lossOf(name, lost) : undefined
}
