import { lossOf } from './ssh/error.ts'
import type { Connection } from './ssh/connection.ts'

/** A further connection to a host that is connected: opened when it is first needed, and anew once it is lost alone. */
export interface SecondConnection {
  /** @throws ProvisionError `host` when the host is lost, or opens none */
  readonly open: () => Promise<Connection>
  /** That which was asked for last, if any: it may yet fail to open. */
  readonly latest: () => Promise<Connection> | undefined
}

export function secondConnection(
  first: Pick<Connection, 'name' | 'lost'>,
  connect: () => Promise<Connection>,
): SecondConnection {
  let second: Promise<Connection> | undefined
  const requireHost = (): void => {
    if (first.lost.aborted) throw lossOf(first.name, first.lost)
  }
  return {
    latest: () => second,
    async open() {
      // A host that stays connected for long may lose the second connection alone.
      requireHost()
      const former = second
      const isLost = (await former?.catch(() => undefined))?.lost.aborted === true
      if (isLost && second === former) second = undefined
      second ??= connect()
      try {
        return await second
      } catch (error) {
        second = undefined
        // That the host is lost says more than how it refuses another connection.
        requireHost()
        throw error
      }
    },
  }
}
