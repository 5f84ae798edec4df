import { setTimeout as sleep } from 'node:timers/promises'
import { createLimit } from '../transport/docker-limit.ts'
import type { Session } from './session.ts'

/**
 * Connects to many hosts, only so many at a time: what hundreds at once would take from this machine, or from one that serves
 * many of them, no handshake would end in time. A host that does not answer soon makes room for the next.
 * @param patience how long that is; milliseconds
 */
export function connectInTurn(
  connect: Session['connect'],
  { most = 50, patience = 2_000 }: { readonly most?: number; readonly patience?: number } = {},
): Session['connect'] {
  const limit = createLimit(most)
  return async (target, signal) => {
    const { opening } = await limit(async () => {
      const opening = connect(target, signal)
      const waited = new AbortController()
      const ignored = (): void => undefined
      await Promise.race([
        opening.then(ignored, ignored),
        sleep(patience, undefined, { signal: waited.signal }).catch(ignored),
      ])
      waited.abort()
      return { opening }
    })
    return opening
  }
}
