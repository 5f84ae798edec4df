import { createLimit } from '../core/async/limit.ts'
import type { Session } from './session.ts'

export interface Turns {
  /** So many connect at a time. */
  readonly most?: number
  /** A host that does not answer for so long makes room for the next. Milliseconds. */
  readonly patience?: number
  /** So many may have made room and still be waited for. */
  readonly beyond?: number
}

/**
 * Connects to many hosts, only so many at a time: what hundreds at once would take from this machine, or from one that serves
 * many of them, no handshake would end in time. Those that do not answer hold up nobody, as long as they are few: where most
 * take long it is this machine that is busy, and more at a time would only take longer.
 */
export function connectInTurn(
  connect: Session['connect'],
  { most = 50, patience = 2_000, beyond = 50 }: Turns = {},
): Session['connect'] {
  const limit = createLimit(most)
  const all = createLimit(most + beyond)
  const oneOf: Session['connect'] = async (target, signal) => {
    const { opening } = await limit(async () => {
      const opening = connect(target, signal)
      const ignored = (): void => undefined
      let waiting: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => (waiting = setTimeout(resolve, patience)))
      await Promise.race([opening.then(ignored, ignored), late])
      clearTimeout(waiting)
      return { opening }
    })
    return opening
  }
  return (target, signal) => all(() => oneOf(target, signal))
}
