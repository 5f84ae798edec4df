import { onAbort } from '../../core/async/abort.ts'
import type { Connection } from '../ssh/connection.ts'

/** How long bulk may take to end in good order once it is told to. Milliseconds. */
const patience = 400

/** The connection for bulk. */
export interface Bulk {
  readonly connection: Connection
  /**
   * Once the lock has let it in: until then bulk may come over it, but nothing be put in place.
   * @throws ProvisionError `locked` when the lock is lost
   */
  readonly admitted: Promise<void>
}

export type OpenBulk = () => Promise<Bulk>

/** Who gets the connection for bulk. */
export interface BulkUses {
  /** Does work that may take it, and has it cut when that work is told to stop, but does not end soon. */
  readonly during: <T>(stop: AbortSignal, work: (openBulk: OpenBulk) => Promise<T>) => Promise<T>
  /** Takes it for what is to go on whatever bulk is told. */
  readonly toKeep: () => Promise<Connection>
  /** Whether something has. */
  readonly isKept: () => boolean
}

/** What is told to stop waits in the queue of a connection that is full. Files that have not come whole are dropped there. */
export function usesOfBulk(openBulk: OpenBulk): BulkUses {
  const kept = new Set<Connection>()
  return {
    async during(stop, work) {
      const taken = new Set<Connection>()
      let late: NodeJS.Timeout | undefined
      const cut = (): void => {
        for (const second of taken) if (!kept.has(second)) second.client.destroy()
      }
      const forget = onAbort(stop, () => (late = setTimeout(cut, patience).unref()))
      try {
        return await work(async () => {
          const second = await openBulk()
          taken.add(second.connection)
          return second
        })
      } finally {
        forget()
        clearTimeout(late)
      }
    },
    isKept: () => kept.size > 0,
    async toKeep() {
      const { connection, admitted } = await openBulk()
      kept.add(connection)
      await admitted
      return connection
    },
  }
}
